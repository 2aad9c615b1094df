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

#if defined(__GNUC__)
#define PREFETCH(p) __builtin_prefetch(p)
#else
#define PREFETCH(p) ((void)(p))
#endif

#define RANGE_BITS 8
#define RANGE 256      /* documents of a block: their low byte tells them apart */
#define SHORT_LIST 128 /* postings up to which a list has no blocks, however few the documents */
#define SPARSE 256     /* nor has one of at most one posting in so many documents */
#define DICT_BLOCK 32  /* terms that share front coding */
#define INDEX_ENTRY 3  /* numbers of 64 bits in the index for each of these */
#define WIDE_GAP 15    /* the width that says of a gap in a stream that it has 32 bits */
#define RARE 15        /* the rank that says of a code in a stream that it has 8 bits */
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

/* A set of documents of one range: their low bytes, or from SET_BYTES on a bitmap of that size. */
#define SET_BYTES (RANGE / 8)

static inline size_t set_size(unsigned count)
{
    return count < SET_BYTES ? count : SET_BYTES;
}

/* The number of the lowest bit that is set; there must be one. */
static inline unsigned lowest_bit(uint64_t word)
{
#if defined(__GNUC__)
    return (unsigned)__builtin_ctzll(word);
#else
    unsigned number = 0;
    while (!(word >> number & 1))
        number++;
    return number;
#endif
}

/* The members of a bitmap, rising; their number. */
static inline unsigned members_of(const uint8_t bitmap[SET_BYTES], uint8_t lows[RANGE])
{
    unsigned found = 0;
    for (unsigned i = 0; i < RANGE / 64; i++)
        for (uint64_t word = load64(bitmap, i); word; word &= word - 1)
            lows[found++] = (uint8_t)(64 * i + lowest_bit(word));
    return found;
}

/* The members of a set, rising; `room` holds those of a bitmap. In a damaged file it may have
 * fewer than it should: then there are zeros for them. */
static inline const uint8_t *set_lows(const uint8_t *set, unsigned count, uint8_t room[RANGE])
{
    if (count < SET_BYTES)
        return set;
    unsigned found = members_of(set, room);
    if (found < count)
        memset(room + found, 0, count - found);
    return room;
}

/* Adds a set to a bitmap. */
static inline void add_set(const uint8_t *set, unsigned count, uint8_t bitmap[SET_BYTES])
{
    if (count < SET_BYTES)
        for (unsigned i = 0; i < count; i++)
            set_bit(bitmap, set[i]);
    else
        for (unsigned i = 0; i < SET_BYTES; i++)
            bitmap[i] |= set[i];
}

void make_set(uint8_t *set, const uint8_t *lows, unsigned count);

/* Postings whose documents lie in one range: the set of those of the code ONE, that of the others,
 * and the codes of these. */
typedef struct {
    const uint8_t *data;
    uint32_t range;
    unsigned count, ones;
    uint8_t quantum; /* upper bound of tf/(tf+norm) in 1/255; 0 where the list is sparse */
} block;

static inline size_t block_size(unsigned count, unsigned ones)
{
    return set_size(ones) + set_size(count - ones) + (count - ones);
}

/* A term's postings, read block by block. */
typedef struct {
    const uint8_t *dir, *dir_end, *data, *data_end;
    uint32_t left, range, units;
    int is_sparse;
    uint64_t bit;     /* of a sparse list: where the posting after the next one begins */
    uint32_t doc;     /* the next one */
    uint8_t code;
    uint8_t *scratch; /* room for a block of it */
} list;

/* Whether a list is a stream of bits rather than blocks. */
static inline int is_sparse(uint32_t df, uint32_t units)
{
    return df <= SHORT_LIST || df <= units / SPARSE;
}

/* The scratch space, of BLOCK_ROOM bytes, holds the last block of a sparse list. */
#define BLOCK_ROOM (SET_BYTES + RANGE)
int list_open(list *l, const uint8_t *data, size_t size, uint32_t df, uint32_t units,
              uint8_t *scratch);
int list_next(list *l, block *b);   /* 1 a block, 0 the end, -1 damage */

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
    if (gap >= l->units || l->bit > 8 * (uint64_t)(l->data_end - l->data))
        return -1;
    l->doc = (uint32_t)gap;
    return 0;
}

/* Makes a set of the bytes at `set`, where there are many, and puts the codes behind it. */
void finish_block(uint8_t *set, const uint8_t *codes, unsigned count);

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
    b->data = at.scratch;
    b->count = count;
    b->ones = 0;
    b->quantum = 0;
    if (count == 1)
        at.scratch[1] = codes[0];
    else
        finish_block(at.scratch, codes, count);
    return 1;
}

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

int block_fits(const block *b, uint32_t room); /* whether its documents are below `room` */

/* list_next of a list that is not sparse. */
static inline int dense_next(list *l, block *b)
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
    if (skipped >= ranges - l->range || more >= RANGE || others > more + 1 || !b->quantum)
        return -1;
    b->range = l->range + skipped;
    b->count = more + 1;
    b->ones = more + 1 - others;
    b->data = l->data;
    size_t size = block_size(b->count, b->ones);
    if (size > (size_t)(l->data_end - l->data))
        return -1;
    l->data += size;
    uint32_t room = l->units - (b->range << RANGE_BITS);
    if (room < RANGE && !block_fits(b, room))
        return -1;
    l->range = b->range + 1;
    l->left--;
    return 1;
}

/* The postings of a block by document; there is room for RANGE of them. Its documents as a
 * bitmap. Both return -1 where it is damaged. */
int block_sort(const block *b, uint8_t *docs, uint8_t *codes);
int block_marks(const block *b, uint8_t marks[SET_BYTES]);

/* Writing a term's postings, and a dictionary of terms in ascending order. */
typedef struct {
    const uint8_t *lengths;
    double a, c; /* norm of a document = a + c * length */
    uint32_t units;
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
    column_methods[], pack_methods[], cut_methods[], analyse_methods[],
    wording_methods[], trie_methods[];

#endif
