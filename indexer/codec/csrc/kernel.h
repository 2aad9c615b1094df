/* The kernel's shared parts: byte order, growing buffers, and reading a term's postings.
 *
 * The byte layout is written down in indexer/codec/layout.py. Everything read here comes from a
 * file that may be damaged: each pointer is checked against its end before it is followed, and a
 * function that meets nonsense returns -1, which the callers turn into a ValueError.
 */
#ifndef POLICYSEARCH_KERNEL_H
#define POLICYSEARCH_KERNEL_H

#define PY_SSIZE_T_CLEAN
#ifndef Py_LIMITED_API
#define Py_LIMITED_API 0x030B0000
#endif
#include <Python.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "the index is little-endian; the plain-Python twin serves this machine"
#endif

#define RANGE_BITS 8
#define RANGE 256      /* documents of a block: their low byte tells them apart */
#define SHORT_LIST 128 /* postings up to which a list has no blocks */
#define DICT_BLOCK 32  /* terms that share front coding */
#define INDEX_ENTRY 3  /* numbers of 64 bits in the index for each of these */
#define ONE 8          /* the code of a term frequency of 1.0: an eighth is the unit */

/* Codes of symbols: below these one byte, two bytes; else four. */
#define SHORT_CODES 128
#define WIDE_CODES (SHORT_CODES + 127 * 256)

static inline uint32_t load32(const uint8_t *p, size_t index)
{
    uint32_t value;
    memcpy(&value, p + index * 4, 4);
    return value;
}

static inline void store32(uint8_t *p, size_t index, uint32_t value)
{
    memcpy(p + index * 4, &value, 4);
}

static inline uint64_t load64(const uint8_t *p, size_t index)
{
    uint64_t value;
    memcpy(&value, p + index * 8, 8);
    return value;
}

static inline int bit(const uint8_t *bits, uint32_t index)
{
    return bits[index >> 3] >> (index & 7) & 1;
}

static inline void set_bit(uint8_t *bits, uint32_t index)
{
    bits[index >> 3] |= (uint8_t)(1u << (index & 7));
}

/* Reads a LEB128 number below 2^32 and moves *p behind it; -1 past the end or when too large. */
static inline int read_varint(const uint8_t **p, const uint8_t *end, uint32_t *value)
{
    uint64_t result = 0;
    for (int shift = 0; shift < 35; shift += 7) {
        if (*p >= end)
            return -1;
        uint8_t byte = *(*p)++;
        result |= (uint64_t)(byte & 127) << shift;
        if (byte < 128) {
            *value = (uint32_t)result;
            return result >> 32 ? -1 : 0;
        }
    }
    return -1;
}

/* The first eight bytes of a term as a number: where these differ they are in the terms' order. */
static inline uint64_t term_prefix(const uint8_t *term, size_t size)
{
    uint64_t prefix = 0;
    for (size_t i = 0; i < 8; i++)
        prefix = prefix << 8 | (i < size ? term[i] : 0);
    return prefix;
}

/* A growing buffer of bytes; `failed` sticks once memory ran out. */
typedef struct {
    uint8_t *data;
    size_t size, capacity;
    int failed;
} buffer;

int buffer_reserve(buffer *b, size_t more);
void buffer_bytes(buffer *b, const void *data, size_t size);
void buffer_varint(buffer *b, uint32_t value);

static inline void buffer_byte(buffer *b, uint8_t byte)
{
    buffer_bytes(b, &byte, 1);
}

/* Term frequencies: eighths up to 2^11 in one byte, exact below 16.0. */
uint8_t tf_encode(uint32_t eighths);
extern double tf_value[256];
extern uint32_t tf_eighths[256];
void tf_prepare(void);

/* Postings whose documents lie in one range: those of the code ONE, then the others. */
typedef struct {
    const uint8_t *docs; /* low bytes, ascending among ONEs and others; the others' codes follow */
    uint32_t range;
    uint16_t count, ones;
    uint8_t quantum; /* upper bound of tf/(tf+norm) in 1/255; 0 where the list is short */
} block;

static inline uint8_t block_code(const block *b, unsigned i)
{
    return i < b->ones ? ONE : b->docs[b->count - b->ones + i];
}

/* A term's postings, read block by block. */
typedef struct {
    const uint8_t *dir, *dir_end, *data, *data_end;
    uint32_t left, range, units;
    int is_short;
    uint32_t doc;     /* short lists: the document before the next one */
    uint8_t *scratch; /* short lists: room for them in the form of blocks */
} list;

/* The scratch space, of 2 * SHORT_LIST bytes, holds the blocks of a short list. */
int list_open(list *l, const uint8_t *data, size_t size, uint32_t df, uint32_t units,
              uint8_t *scratch);
int list_next(list *l, block *b);   /* 1 a block, 0 the end, -1 damage */
int short_next(list *l, block *b);  /* the same of a short list */

/* An entry of a directory begins with a byte of three numbers; the greatest value of each means
 * that and more. */
enum { OTHER_BITS = 2, MORE_BITS = 3, SKIP_BITS = 3 };

static inline int read_field(list *l, uint32_t head, unsigned bits, uint32_t *value)
{
    uint32_t most = (1u << bits) - 1;
    *value = head & most;
    if (*value < most)
        return 0;
    if (read_varint(&l->dir, l->dir_end, value) < 0 || *value > UINT32_MAX - most)
        return -1;
    *value += most;
    return 0;
}

/* list_next of a list that is not short. */
static inline int long_next(list *l, block *b)
{
    if (!l->left)
        return 0;
    if (l->dir >= l->dir_end)
        return -1;
    uint32_t head = *l->dir++, others, more, skipped;
    if (read_field(l, head, OTHER_BITS, &others) < 0 ||
        read_field(l, head >> OTHER_BITS, MORE_BITS, &more) < 0 ||
        read_field(l, head >> (OTHER_BITS + MORE_BITS), SKIP_BITS, &skipped) < 0 ||
        l->dir >= l->dir_end)
        return -1;
    b->quantum = *l->dir++;
    uint32_t ranges = (l->units + RANGE - 1) >> RANGE_BITS;
    if (skipped >= ranges - l->range || more >= RANGE || others > more + 1 || !b->quantum ||
        more + 1 + others > (size_t)(l->data_end - l->data))
        return -1;
    b->range = l->range + skipped;
    b->count = (uint16_t)(more + 1);
    b->ones = (uint16_t)(more + 1 - others);
    b->docs = l->data;
    l->data += more + 1 + others;
    uint32_t room = l->units - (b->range << RANGE_BITS);
    if (room < RANGE)
        for (unsigned i = 0; i < b->count; i++)
            if (b->docs[i] >= room)
                return -1;
    l->range = b->range + 1;
    l->left--;
    return 1;
}

/* The postings of a block by document; there is room for RANGE of them. */
void block_sort(const block *b, uint8_t *docs, uint8_t *codes);

/* Writing a term's postings, and a dictionary of terms in ascending order. */
typedef struct {
    const uint8_t *lengths;
    double a, c; /* norm of a document = a + c * length */
} norms;

void encode_list(buffer *out, const uint32_t *docs, const uint8_t *codes, size_t df, norms n);

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
PyObject *dictionary_result(dictionary *d, const buffer *lengths);

norms norms_of(const uint8_t *lengths, uint32_t units);

#define K1 1.2
#define B 0.75

/* Methods of the module, one group a file. */
extern PyMethodDef build_methods[], merge_methods[], search_methods[], bits_methods[],
    column_methods[], pack_methods[], cut_methods[], fold_methods[], find_methods[],
    snippet_methods[], excerpt_methods[];

#endif
