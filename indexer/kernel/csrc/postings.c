/* Writes and reads postings, and the codes of term frequencies. */
#include "postings.h"
#include <math.h>
#include <stdlib.h>

double tf_value[256];

void tf_prepare(void)
{
    for (unsigned code = 0; code < 256; code++) {
        unsigned group = code < 128 ? 0 : (code - 128) / 32, step = code & 31;
        uint32_t eighths = code < 128 ? code : (128u << group) + step * (4u << group);
        tf_value[code] = eighths / 8.0;
    }
}

uint8_t tf_encode(uint32_t eighths)
{
    if (eighths < 128)
        return (uint8_t)(eighths ? eighths : 1);
    if (eighths >= 2048)
        return 255;
    unsigned group = 0;
    while (eighths >= 256u << group)
        group++;
    return (uint8_t)(128 + 32 * group + (eighths - (128u << group)) / (4u << group));
}

norms norms_of(const uint8_t *lengths, uint32_t sections)
{
    uint64_t total = 0;
    for (uint32_t i = 0; i < sections; i++)
        total += load32(lengths, i);
    norms n = {lengths, K1 * (1.0 - B), total ? K1 * B * (double)sections / (double)total : 0.0,
               sections};
    return n;
}

/* The least q with q/MOST_BOUND >= the impact of every posting of the block. */
static uint32_t bound_of(const uint32_t *docs, const uint8_t *codes, size_t count, norms n)
{
    double most = 0.0;
    for (size_t i = 0; i < count; i++) {
        double impact = impact_of(tf_value[codes[i]], n.a, n.c, load32(n.lengths, docs[i]));
        if (impact > most)
            most = impact;
    }
    double q = ceil(most * MOST_BOUND + 1e-9);
    return q < 1.0 ? 1 : q > MOST_BOUND ? MOST_BOUND : (uint32_t)q;
}

/* Bits written one after the other, the lowest first. */
typedef struct {
    buffer *out;
    uint64_t bits;
    unsigned count;
} bit_writer;

static void put_bits(bit_writer *w, uint64_t value, unsigned count)
{
    w->bits |= value << w->count;
    for (w->count += count; w->count >= 8; w->count -= 8, w->bits >>= 8)
        buffer_byte(w->out, (uint8_t)w->bits);
}

static void put_gap(bit_writer *w, uint32_t gap)
{
    unsigned width = 0;
    while (width < WIDE_GAP && gap >= (2u << width) - 1)
        width++;
    put_bits(w, width, 4);
    if (width < WIDE_GAP)
        put_bits(w, gap + 1 - (1u << width), width);
    else
        put_bits(w, gap, 32);
}

static void put_code(bit_writer *w, uint8_t code)
{
    put_bits(w, code != ONE, 1);
    if (code == ONE)
        return;
    int is_whole = code % ONE == 0 && code >= 2 * ONE && code < (RARE + 2) * ONE;
    put_bits(w, is_whole ? code / ONE - 2 : RARE, 4);
    if (!is_whole)
        put_bits(w, code, 8);
}

static void encode_sparse(buffer *out, const uint32_t *docs, const uint8_t *codes, size_t df)
{
    bit_writer w = {out, 0, 0};
    uint32_t next = 0;
    for (size_t i = 0; i < df; i++) {
        put_gap(&w, docs[i] - next);
        put_code(&w, codes[i]);
        next = docs[i] + 1;
    }
    put_bits(&w, 0, 7); /* fills the last byte */
}

/* The number in a field of `bits` bits, whose greatest value means that the rest follows. */
static uint32_t clipped(uint32_t value, unsigned bits)
{
    uint32_t most = (1u << bits) - 1;
    return value < most ? value : most;
}

static void buffer_rest(buffer *b, uint32_t value, unsigned bits)
{
    if (value >= (1u << bits) - 1)
        buffer_varint(b, value - ((1u << bits) - 1));
}

static void encode_block(buffer *dir, buffer *data, const uint32_t *docs, const uint8_t *codes,
                         size_t count, uint32_t skipped, norms n)
{
    uint8_t lows[RANGE], other_lows[RANGE], other_codes[RANGE];
    uint32_t ones = 0, others = 0, more = (uint32_t)count - 1;
    for (size_t i = 0; i < count; i++) {
        lows[ones] = other_lows[others] = (uint8_t)docs[i];
        other_codes[others] = codes[i];
        ones += codes[i] == ONE;
        others += codes[i] != ONE;
    }
    uint32_t head = bound_of(docs, codes, count, n);
    head = head << SKIP_BITS | clipped(skipped, SKIP_BITS);
    head = head << MORE_BITS | clipped(more, MORE_BITS);
    head = head << OTHER_BITS | clipped(others, OTHER_BITS);
    buffer_byte(dir, (uint8_t)head);
    buffer_byte(dir, (uint8_t)(head >> 8));
    buffer_rest(dir, others, OTHER_BITS);
    buffer_rest(dir, more, MORE_BITS);
    buffer_rest(dir, skipped, SKIP_BITS);
    buffer_bytes(data, lows, ones);
    buffer_bytes(data, other_lows, others);
    buffer_bytes(data, other_codes, others);
}

void encode_list(buffer *out, const uint32_t *docs, const uint8_t *codes, size_t df, norms n)
{
    if (is_sparse((uint32_t)df, n.sections)) {
        encode_sparse(out, docs, codes, df);
        return;
    }
    buffer dir = {0}, data = {0};
    uint32_t blocks = 0, next = 0;
    for (size_t i = 0, j; i < df; i = j) {
        uint32_t range = docs[i] >> RANGE_BITS;
        for (j = i + 1; j < df && docs[j] >> RANGE_BITS == range; j++)
            ;
        encode_block(&dir, &data, docs + i, codes + i, j - i, range - next, n);
        next = range + 1;
        blocks++;
    }
    buffer_varint(out, blocks);
    buffer_varint(out, (uint32_t)dir.size);
    buffer_bytes(out, dir.data, dir.size);
    buffer_bytes(out, data.data, data.size);
    out->failed |= dir.failed | data.failed;
    free(dir.data);
    free(data.data);
}

int list_open(list *l, const uint8_t *data, size_t size, uint32_t df, uint32_t sections,
              uint8_t *scratch)
{
    memset(l, 0, sizeof *l);
    l->scratch = scratch;
    l->sections = sections;
    l->is_sparse = is_sparse(df, sections);
    l->data = data;
    l->data_end = data + size;
    if (df > sections)
        return -1;
    if (l->is_sparse) {
        l->left = df;
        return df ? read_posting(l) : 0;
    }
    uint32_t dir_size;
    if (read_varint(&l->data, l->data_end, &l->left) < 0 ||
        read_varint(&l->data, l->data_end, &dir_size) < 0 ||
        dir_size > (size_t)(l->data_end - l->data))
        return -1;
    l->dir = l->data;
    l->data += dir_size;
    l->dir_end = l->data;
    return 0;
}

int list_next(list *l, block *b)
{
    return l->is_sparse ? sparse_next(l, b) : dense_next(l, b);
}

void block_sort(const block *b, uint8_t *docs, uint8_t *codes)
{
    unsigned one = 0, other = b->ones;
    for (unsigned i = 0; i < b->count; i++) {
        int is_one = other == b->count || (one < b->ones && b->docs[one] < b->docs[other]);
        unsigned at = is_one ? one++ : other++;
        docs[i] = b->docs[at];
        codes[i] = block_code(b, at);
    }
}
