/* Reads and writes the postings of a term; indexer/segments/format.py describes their bytes.
 *
 * The file may be damaged: every pointer is checked against its end before it is followed, and a
 * function that finds damage returns -1, which the callers turn into a ValueError. */
#ifndef POLICYSEARCH_POSTINGS_H
#define POLICYSEARCH_POSTINGS_H

#include "bm25.h"
#include "buffer.h"

#define RANGE_BITS 8
#define RANGE 256      /* documents of a block: their low byte tells them apart */
#define SHORT_LIST 128 /* postings up to which a list has no blocks, however few the documents */
#define SPARSE 192     /* nor has one of at most one posting in so many documents */
#define WIDE_GAP 15    /* the width of a gap that has 32 bits in a stream */
#define RARE 15        /* the rank of a code that has 8 bits in a stream */
#define ONE 8          /* the code of a term frequency of 1.0: frequencies are counted in eighths */

/* Term frequencies: eighths up to 2^11 in one byte, exact below 16.0. `tf_prepare` fills the table of
 * their values, and is called once, when the module is loaded; from then on it is only read. */
uint8_t tf_encode(uint32_t eighths);
extern double tf_value[256];
void tf_prepare(void);

/* Postings whose documents lie in one range: those of the code ONE, then the others. */
typedef struct {
    const uint8_t *docs; /* low bytes, ascending among ONEs and others; the others' codes follow */
    uint32_t range;
    unsigned count, ones;
    unsigned bound; /* of tf/(tf+norm), times MOST_BOUND; 0 where the list is sparse */
} block;

static inline uint8_t block_code(const block *b, unsigned i)
{
    return i < b->ones ? ONE : b->docs[b->count - b->ones + i];
}

/* A term's postings, read block by block. */
typedef struct {
    const uint8_t *dir, *dir_end, *data, *data_end;
    uint32_t left, range, sections;
    int is_sparse;
    uint64_t bit;     /* of a sparse list: where the posting after the next one begins */
    uint32_t doc;     /* the next one */
    uint8_t code;
    uint8_t *scratch; /* room for a block of it */
} list;

/* True if a list is a stream of bits instead of blocks. */
static inline int is_sparse(uint32_t df, uint32_t sections)
{
    return df <= SHORT_LIST || df <= sections / SPARSE;
}

/* The scratch space, of 2 * RANGE bytes, holds the last block of a sparse list. */
int list_open(list *l, const uint8_t *data, size_t size, uint32_t df, uint32_t sections,
              uint8_t *scratch);
int list_next(list *l, block *b); /* 1 a block, 0 the end, -1 damage */

/* The 57 bits from `bit` on, or more; zeros beyond the end. */
static inline uint64_t peek_bits(const list *l)
{
    uint64_t at = l->bit >> 3, size = (uint64_t)(l->data_end - l->data), bits = 0;
    if (at + 8 <= size)
        memcpy(&bits, l->data + at, 8);
    else if (at < size)
        memcpy(&bits, l->data + at, (size_t)(size - at));
    return bits >> (l->bit & 7);
}

/* Reads the next posting of a sparse list; `doc` is the lowest that it can have. */
static inline int read_posting(list *l)
{
    uint64_t bits = peek_bits(l), gap;
    unsigned width = bits & 15;
    if (width < WIDE_GAP) {
        gap = (bits >> 4 & ((1u << width) - 1)) + (1u << width) - 1;
    } else {
        width = 32;
        gap = bits >> 4 & UINT32_MAX;
    }
    bits >>= 4 + width;
    unsigned other = bits & 1, rank = bits >> 1 & 15;
    l->code = (uint8_t)(ONE + other * (rank + 1) * ONE);
    l->bit += 5 + width + 4 * other;
    if (other && rank == RARE) {
        l->code = (uint8_t)(bits >> 5);
        l->bit += 8;
    }
    gap += l->doc;
    if (gap >= l->sections || l->bit > 8 * (uint64_t)(l->data_end - l->data))
        return -1;
    l->doc = (uint32_t)gap;
    return 0;
}

/* list_next of a sparse list: decodes the postings up to the end of a range into the scratch
 * space, all as others. */
static inline int sparse_next(list *l, block *b)
{
    uint8_t codes[RANGE];
    list at = *l; /* nothing points to it: compilers keep it in registers */
    unsigned count = 0;
    if (!at.left)
        return 0;
    b->range = at.doc >> RANGE_BITS;
    do {
        codes[count] = at.code;
        at.scratch[count++] = (uint8_t)at.doc++;
        if (--at.left && read_posting(&at) < 0)
            return -1;
    } while (at.left && at.doc >> RANGE_BITS == b->range);
    *l = at;
    for (unsigned i = 0; i < count; i++)
        at.scratch[count + i] = codes[i];
    b->docs = at.scratch;
    b->count = count;
    b->ones = 0;
    b->bound = 0;
    return 1;
}

/* An entry of a directory begins with 16 bits: three numbers, the greatest value of each meaning
 * that and more, and the bound. */
enum { OTHER_BITS = 3, MORE_BITS = 5, SKIP_BITS = 2, BOUND_BITS = 6 };
#define MOST_BOUND ((1 << BOUND_BITS) - 1)

/* The number that the lowest bits of the head of an entry hold, and what follows the head. */
static inline int read_field(list *l, uint32_t *head, unsigned bits, uint32_t *value)
{
    uint32_t most = (1u << bits) - 1;
    *value = *head & most;
    *head >>= bits;
    if (*value < most)
        return 0;
    if (read_varint(&l->dir, l->dir_end, value) < 0 || *value > UINT32_MAX - most)
        return -1;
    *value += most;
    return 0;
}

/* list_next of a list that is not sparse. */
static inline int dense_next(list *l, block *b)
{
    if (!l->left)
        return 0;
    if (l->dir_end - l->dir < 2)
        return -1;
    uint32_t head = (uint32_t)l->dir[0] | (uint32_t)l->dir[1] << 8, others, more, skipped;
    l->dir += 2;
    if (read_field(l, &head, OTHER_BITS, &others) < 0 ||
        read_field(l, &head, MORE_BITS, &more) < 0 ||
        read_field(l, &head, SKIP_BITS, &skipped) < 0)
        return -1;
    b->bound = head;
    uint32_t ranges = (l->sections + RANGE - 1) >> RANGE_BITS;
    if (skipped >= ranges - l->range || more >= RANGE || others > more + 1 || !b->bound)
        return -1;
    b->range = l->range + skipped;
    b->count = more + 1;
    b->ones = more + 1 - others;
    b->docs = l->data;
    if (more + 1 + others > (size_t)(l->data_end - l->data))
        return -1;
    l->data += more + 1 + others;
    uint32_t room = l->sections - (b->range << RANGE_BITS);
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

/* Writes the postings of a term, documents rising, each with the code of its frequency. */
void encode_list(buffer *out, const uint32_t *docs, const uint8_t *codes, size_t df, norms n);
norms norms_of(const uint8_t *lengths, uint32_t sections);

#endif
