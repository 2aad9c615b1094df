/* The kernel's shared parts: byte order, growing buffers, and reading a term's postings.
 *
 * The byte layout is written down in indexer/segments/format.py. Everything read here comes from a
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
#error "the index is little-endian; the plain-Python plain kernel serves this machine"
#endif

#if defined(__GNUC__)
#define PREFETCH(p) __builtin_prefetch(p)
#else
#define PREFETCH(p) ((void)(p))
#endif

#define RANGE_BITS 8
#define RANGE 256      /* documents of a block: their low byte tells them apart */
#define SHORT_LIST 128 /* postings up to which a list has no blocks, however few the documents */
#define SPARSE 192     /* nor has one of at most one posting in so many documents */
#define DICT_BLOCK 32  /* terms that share front coding */
#define INDEX_ENTRY 3  /* numbers of 64 bits in the index for each of these */
#define WIDE_GAP 15    /* the width that says of a gap in a stream that it has 32 bits */
#define RARE 15        /* the rank that says of a code in a stream that it has 8 bits */
#define ONE 8          /* the code of a term frequency of 1.0: an eighth is the section */

/* Codes of symbols: below these one byte, two bytes; else four. */
#define SHORT_CODES 128
#define WIDE_CODES (SHORT_CODES + 127 * 256)

static inline uint16_t load16(const uint8_t *p, size_t index)
{
    uint16_t value;
    memcpy(&value, p + index * 2, 2);
    return value;
}

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

/* Hashing, with a seed that makes it unpredictable. */
static inline uint64_t mix(uint64_t h)
{
    h ^= h >> 32;
    h *= 0x9E3779B97F4A7C15u;
    return h ^ h >> 29;
}

static inline uint64_t hash_of(const uint8_t *p, size_t size, uint64_t seed)
{
    uint64_t h = seed ^ size, tail = 0;
    for (; size >= 8; p += 8, size -= 8)
        h = mix(h ^ load64(p, 0));
    memcpy(&tail, p, size);
    return mix(h ^ tail);
}

/* Reads a character of UTF-8, below 2^21, and moves *p behind it; there is one. What is cut off or
 * none is some character, too. */
static inline uint32_t next_character(const uint8_t **p, const uint8_t *end)
{
    const uint8_t *s = *p;
    uint32_t first = *s;
    if (first < 0x80) {
        *p += 1;
        return first;
    }
    size_t size = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    if (size > (size_t)(end - s)) {
        *p = end;
        return 0;
    }
    *p += size;
    if (size == 3)
        return (first & 15) << 12 | (s[1] & 63u) << 6 | (s[2] & 63u);
    if (size == 2)
        return (first & 31) << 6 | (s[1] & 63u);
    return (first & 7) << 18 | (s[1] & 63u) << 12 | (s[2] & 63u) << 6 | (s[3] & 63u);
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

/* Adds a number where there is room for it. */
static inline void push32(buffer *b, uint32_t value)
{
    memcpy(b->data + b->size, &value, sizeof value);
    b->size += sizeof value;
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

/* Whether a list is a stream of bits rather than blocks. */
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

/* Writing a term's postings, and a dictionary of terms in ascending order. */
typedef struct {
    const uint8_t *lengths;
    double a, c; /* norm of a document = a + c * length */
    uint32_t sections;
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

norms norms_of(const uint8_t *lengths, uint32_t sections);

#define K1 1.2
#define B 0.75

/* Methods of the module, one group a file. */
extern PyMethodDef build_methods[], invert_methods[], merge_methods[], search_methods[],
    bits_methods[], column_methods[], pack_methods[], cut_methods[], analyse_methods[],
    wording_methods[], trie_methods[], fold_methods[], find_methods[], snippet_methods[],
    excerpt_methods[];

#endif
