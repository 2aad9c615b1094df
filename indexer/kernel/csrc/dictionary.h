/* A dictionary of terms with their postings, as it is written. */
#ifndef POLICYSEARCH_DICTIONARY_H
#define POLICYSEARCH_DICTIONARY_H

#include "module.h"
#include "postings.h"

#define DICT_BLOCK 32  /* terms that share front coding */
#define INDEX_ENTRY 3  /* numbers of 64 bits in the index for each of these */

/* The first eight bytes of a term as a number: if these differ, they order the terms. */
static inline uint64_t term_prefix(const uint8_t *term, size_t size)
{
    uint64_t prefix = 0;
    for (size_t i = 0; i < 8; i++)
        prefix = prefix << 8 | (i < size ? term[i] : 0);
    return prefix;
}

/* A dictionary being written; zeros make an empty one. Terms are added in ascending order. */
typedef struct {
    buffer terms, index, postings;
    uint8_t *previous;
    size_t previous_size, previous_capacity;
    uint32_t count;
} dictionary;

void dictionary_add(dictionary *d, const uint8_t *term, size_t size, const uint32_t *docs,
                    const uint8_t *codes, size_t df, norms n);
int dictionary_failed(const dictionary *d);
void dictionary_free(dictionary *d);
/* (terms, index, postings, lengths, number of terms), or NULL with a MemoryError. */
PyObject *dictionary_result(dictionary *d, const buffer *lengths);

#endif
