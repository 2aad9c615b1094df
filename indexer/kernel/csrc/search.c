/* Finds the k best sections by a sum of BM25 terms, pruning ranges.
 *
 * Sections are split into ranges of 256. Every (term, range) has an upper bound of its impact; the
 * bounds of a range add up to a bound of every score in it. Ranges are visited in descending order of
 * their bounds, and ranges whose bound does not reach the k-th score are skipped. Within a range, terms
 * whose bounds together stay below the k-th score cannot make a hit alone: they are only looked up for
 * sections that the other terms make likely (Turtle and Flood's MaxScore, 1995).
 *
 * A score is added up from the heaviest term to the lightest, whatever is pruned, so that results equal
 * those of a full evaluation to the last bit. Bounds are added in other orders: SLACK allows for that.
 */
#include "search.h"
#include <float.h>

#define SLACK (1.0 + 1e-9)
#define BUCKETS 256 /* into which ranges are sorted by their bounds */
#define FEW 4       /* sections of a range that are looked up one by one */

static inline double impact(const scored *t, uint8_t code, uint32_t doc)
{
    uint32_t length = t->wide ? load32(t->lengths, doc) : load16(t->lengths, doc);
    return impact_of(tf_value[code], t->a, t->c, length);
}

static int worse(hit x, hit y)
{
    return x.score < y.score || (x.score == y.score && x.doc > y.doc);
}

static void sink_hit(hit *heap, size_t size, size_t at)
{
    hit moved = heap[at];
    for (size_t child; (child = 2 * at + 1) < size; at = child) {
        if (child + 1 < size && worse(heap[child + 1], heap[child]))
            child++;
        if (!worse(heap[child], moved))
            break;
        heap[at] = heap[child];
    }
    heap[at] = moved;
}

static void offer(search *s, hit h)
{
    if (s->found == s->k) {
        if (!worse(s->hits[0], h))
            return;
        s->hits[0] = h;
        sink_hit(s->hits, (size_t)s->k, 0);
        return;
    }
    if (h.score < s->floor)
        return;
    size_t at = (size_t)s->found++;
    for (; at && worse(h, s->hits[(at - 1) / 2]); at = (at - 1) / 2)
        s->hits[at] = s->hits[(at - 1) / 2];
    s->hits[at] = h;
}

/* The greatest impact in a block of a sparse list, which has no bound in the file. */
static double greatest_impact(const scored *t, const block *b)
{
    double most = 0.0;
    for (unsigned i = 0; i < b->count; i++) {
        double one = impact(t, block_code(b, i), (b->range << RANGE_BITS) + b->docs[i]);
        most = one > most ? one : most;
    }
    return most;
}

static int by_weight(const void *left, const void *right)
{
    const weighed *x = left, *y = right;
    if (x->weight != y->weight)
        return x->weight > y->weight ? -1 : 1;
    return (x->term > y->term) - (x->term < y->term);
}

static void sort_terms(search *s)
{
    for (uint32_t i = 0; i < s->term_count; i++)
        s->by_weight[i] = (weighed){s->terms[i].weight, i};
    qsort(s->by_weight, (size_t)s->term_count, sizeof *s->by_weight, by_weight);
}

/* The destinations of the blocks of a term: the rows of their ranges. */
typedef struct {
    reference *references;
    size_t width; /* of a row */
    uint32_t *sizes;
    double *bounds;
    const uint8_t *base;
    uint32_t term;
} sink;

/* Adds a block to the row of its range. The sums of bounds are rounded so that none is too low. */
static inline void put_block(sink to, block b, double bound)
{
    double sum = to.bounds[b.range];
    reference *r = to.references + b.range * to.width + to.sizes[b.range]++;
    r->term = to.term;
    r->offset = (uint32_t)(b.docs - to.base);
    r->before = (float)(sum * (1.0 - 2e-7));
    r->counts = b.ones << 16 | b.count;
    to.bounds[b.range] = sum + bound;
}

/* The blocks of a sparse list are kept one after the other in the scratch space. */
static int gather_sparse(search *s, sink to, list l, double weight)
{
    const scored t = s->terms[to.term];
    block b;
    int state;
    l.scratch = s->scratch;
    while ((state = sparse_next(&l, &b)) > 0) {
        put_block(to, b, weight * greatest_impact(&t, &b));
        l.scratch += 2 * (size_t)b.count;
    }
    s->scratch = l.scratch;
    return state;
}

static int gather_dense(sink to, list l, double step)
{
    block b;
    int state;
    while ((state = dense_next(&l, &b)) > 0)
        put_block(to, b, step * b.bound);
    return state;
}

static int gather(search *s)
{
    int state = 0;
    for (uint32_t i = 0; !state && i < s->term_count; i++) {
        uint32_t term = s->by_weight[i].term;
        scored *t = s->terms + term;
        double weight = t->weight * SLACK;
        if (s->lists[term].is_sparse)
            t->base = s->scratch;
        const sink to = {s->references, (size_t)s->term_count, s->sizes, s->bounds, t->base, term};
        state = s->lists[term].is_sparse
            ? gather_sparse(s, to, s->lists[term], weight)
            : gather_dense(to, s->lists[term], weight * t->scale / MOST_BOUND);
    }
    return state;
}

/* True if the filter has any section of a range. */
static int has_any(const search *s, uint32_t range)
{
    uint32_t from = range * (RANGE / 8), to = (s->sections + 7) / 8;
    for (uint32_t i = from; i < from + RANGE / 8 && i < to; i++)
        if (s->filter[i])
            return 1;
    return 0;
}

static double least_of(const search *s)
{
    return s->found == s->k ? s->hits[0].score : s->floor;
}

/* The sums of a range by section, and the sections that have any. */
typedef struct {
    double sums[RANGE];
    uint8_t seen[RANGE], lows[RANGE + 1]; /* one more is written to than there are */
    unsigned count;
} tally;

/* Adds what a term gives a section; `first` where sections are to be noted that have not been seen. */
static inline void add_part(tally *y, const scored *t, uint8_t code, uint32_t base, uint8_t low,
                            int first)
{
    y->sums[low] += t->weight * impact(t, code, base + low);
    if (first) {
        y->lows[y->count] = low;
        y->count += !y->seen[low];
        y->seen[low] = 1;
    }
}

/* Adds up the blocks of a row. */
static inline void accumulate(tally *y, const search *s, const reference *r, const reference *end,
                              uint32_t base, int first)
{
    for (; r < end; r++) {
        const scored t = s->terms[r->term];
        unsigned ones = r->counts >> 16, count = r->counts & UINT16_MAX;
        const uint8_t *docs = t.base + r->offset, *codes = docs + count - ones;
        for (unsigned i = 0; i < count; i++)
            add_part(y, &t, i < ones ? ONE : codes[i], base, docs[i], first);
    }
}

/* The part that the term of a block adds to the score of a section. */
static double part_of(const search *s, const reference *r, uint32_t doc)
{
    const scored *t = s->terms + r->term;
    unsigned ones = r->counts >> 16, count = r->counts & UINT16_MAX;
    const uint8_t *docs = t->base + r->offset, *at = memchr(docs, (uint8_t)doc, count);
    if (!at)
        return 0.0;
    return t->weight * impact(t, at - docs < ones ? ONE : at[count - ones], doc);
}

/* The least sum, above 0, that a section needs from the terms before the rest to be a hit. */
static double enough(const search *s, double rest)
{
    double least = least_of(s) / SLACK - rest;
    return least > DBL_TRUE_MIN ? least : DBL_TRUE_MIN;
}

/* Keeps only the sections that may be a hit; returns their number. */
static unsigned keep_likely(tally *y, double least)
{
    unsigned kept = 0;
    for (unsigned i = 0; i < y->count; i++) {
        uint8_t low = y->lows[i];
        y->lows[kept] = low;
        kept += y->sums[low] >= least;
    }
    return y->count = kept;
}

/* Adds to the score of a section what the blocks from `r` on have, while it can be a hit. */
static void finish(search *s, const reference *r, const reference *end, hit h, double bound)
{
    for (; r < end; r++) {
        if ((h.score + bound - r->before) * SLACK < least_of(s))
            return;
        h.score += part_of(s, r, h.doc);
    }
    offer(s, h);
}

static double rest_from(const reference *r, const reference *end, double bound)
{
    return r < end ? bound - r->before : 0.0;
}

/* Offers the likely sections of a range. Of the terms that can be spared more are added up, a quarter
 * of them at a time, until few sections are left to look up in the others. */
static void visit(search *s, uint32_t range)
{
    tally y;
    const double bound = s->bounds[range], spared = bound - least_of(s) / SLACK;
    const reference *row = s->references + range * (size_t)s->term_count;
    const reference *end = row + s->sizes[range], *to = end;
    const uint32_t base = range << RANGE_BITS;
    memset(y.sums, 0, sizeof y.sums);
    memset(y.seen, 0, sizeof y.seen);
    y.count = 0;
    while (to > row && to[-1].before > spared)
        to--;
    accumulate(&y, s, row, to, base, 1);
    while (keep_likely(&y, enough(s, rest_from(to, end, bound))) > FEW && to < end) {
        const reference *from = to;
        to += (end - to + 3) / 4;
        accumulate(&y, s, from, to, base, 0);
    }
    for (unsigned i = 0; i < y.count; i++) {
        uint32_t doc = base + y.lows[i];
        if (!s->filter || bit(s->filter, doc))
            finish(s, to, end, (hit){y.sums[y.lows[i]], doc}, bound);
    }
}

/* Sorts the ranges that can have a hit into buckets, those of the greatest bounds first. */
static uint32_t order_ranges(search *s)
{
    uint32_t starts[BUCKETS + 1] = {0};
    double most = 0.0;
    for (uint32_t range = 0; range < s->ranges; range++)
        most = s->bounds[range] > most ? s->bounds[range] : most;
    for (int placing = 0; placing < 2 && most > 0.0; placing++) {
        for (uint32_t range = 0; range < s->ranges; range++) {
            double bound = s->bounds[range];
            if (!(bound > 0.0))
                continue;
            double place = (1.0 - bound / most) * (BUCKETS - 1);
            unsigned bucket = place > 0.0 ? (unsigned)place : 0; /* NaN where bounds overflow */
            if (placing)
                s->order[starts[bucket]++] = range;
            else
                starts[bucket + 1]++;
        }
        for (unsigned i = 0; !placing && i < BUCKETS; i++)
            starts[i + 1] += starts[i];
    }
    return starts[BUCKETS];
}

/* Prefetches the data of a range while others are visited. */
static void fetch_row(const search *s, uint32_t range)
{
    const reference *row = s->references + range * (size_t)s->term_count;
    for (unsigned i = 0; i < s->sizes[range]; i += 64 / sizeof *row)
        PREFETCH(row + i);
}

static void fetch_blocks(const search *s, uint32_t range)
{
    const reference *row = s->references + range * (size_t)s->term_count;
    for (unsigned i = 0; i < s->sizes[range]; i++)
        PREFETCH(s->terms[row[i].term].base + row[i].offset);
    for (uint32_t i = 0; i < s->field_count; i++) {
        size_t size = s->fields[i].wide ? 4 * RANGE : 2 * RANGE;
        const uint8_t *lengths = (uint8_t *)s->fields[i].lengths.buf + range * size;
        for (unsigned j = 0; j < size; j += 64)
            PREFETCH(lengths + j);
    }
}

static int is_open(const search *s, uint32_t range)
{
    return s->bounds[range] >= least_of(s) && (!s->filter || has_any(s, range));
}

static void rank(search *s)
{
    uint32_t count = order_ranges(s);
    for (uint32_t i = 0; i < count; i++) {
        if (i + 2 < count && s->bounds[s->order[i + 2]] >= least_of(s))
            fetch_row(s, s->order[i + 2]);
        if (i + 1 < count && s->bounds[s->order[i + 1]] >= least_of(s))
            fetch_blocks(s, s->order[i + 1]);
        if (is_open(s, s->order[i]))
            visit(s, s->order[i]);
    }
}

/* Fills up the hits with sections of the filter that no term scores, in order. */
static int add_zeros(search *s)
{
    uint8_t *taken = calloc((size_t)s->sections / 8 + 1, 1);
    if (!taken)
        return -2;
    for (Py_ssize_t i = 0; i < s->found; i++)
        set_bit(taken, s->hits[i].doc);
    for (uint32_t doc = 0; doc < s->sections && s->found < s->k; doc++) {
        if (!bit(s->filter, doc) || bit(taken, doc))
            continue;
        hit h = {0.0, doc};
        s->hits[s->found++] = h;
    }
    free(taken);
    return 0;
}

static int by_rank(const void *left, const void *right)
{
    const hit *x = left, *y = right;
    return worse(*y, *x) ? -1 : worse(*x, *y) ? 1 : 0;
}

int search_run(search *s)
{
    sort_terms(s);
    if (gather(s) < 0)
        return -1;
    rank(s);
    if (s->zeros && s->filter && s->floor <= 0.0 && add_zeros(s) < 0)
        return -2;
    qsort(s->hits, (size_t)s->found, sizeof *s->hits, by_rank);
    return 0;
}
