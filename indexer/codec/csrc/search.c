/* The k best units of a sum of BM25 terms, by range pruning.
 *
 * Units are split into ranges of 256. Every (term, range) has an upper bound of its impact; a
 * range's bounds add up to a bound of every score in it. Ranges are visited by falling bound, and
 * those are skipped whose bound does not reach the k-th score. Within a range, terms whose bounds
 * together stay below the k-th score cannot make a hit: they are looked up for the units only that
 * the other terms make likely (Turtle and Flood's MaxScore, 1995).
 *
 * A score is added up from the heaviest term to the lightest, whatever is pruned, so results are
 * those of a full evaluation to the last bit. Bounds are added in other orders: SLACK covers that.
 */
#include "search.h"
#include <float.h>

#define SLACK (1.0 + 1e-9)
#define BUCKETS 256 /* that ranges are sorted into by their bounds */
#define FEW 4       /* units of a range that are looked up one by one */

#if defined(__GNUC__)
#define PREFETCH(p) __builtin_prefetch(p)
#else
#define PREFETCH(p) ((void)(p))
#endif

static double impact(const field *f, uint8_t code, uint32_t doc)
{
    double tf = tf_value[code];
    return tf / (tf + (f->a + f->c * load32(f->lengths.buf, doc)));
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

/* The greatest impact in a block of a short list, which has no bound in the file. */
static double greatest_impact(const field *f, const block *b)
{
    double most = 0.0;
    for (unsigned i = 0; i < b->count; i++) {
        double one = impact(f, block_code(b, i), (b->range << RANGE_BITS) + b->docs[i]);
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

/* Adds the blocks of a term to the rows of their ranges. */
static int gather(search *s, uint32_t term)
{
    scored *t = s->terms + term;
    const double up = t->weight * SLACK * (1.0 + 2e-7); /* rounding to float lowers no bound */
    const double quantum = up * t->field->scale / 255.0;
    block b;
    int state;
    while ((state = list_next(&t->list, &b)) > 0) {
        double bound = b.quantum ? quantum * b.quantum : up * greatest_impact(t->field, &b);
        reference *row = s->references + b.range * (size_t)s->term_count;
        row[s->sizes[b.range]++] = (reference){(uint32_t)(b.docs - t->base), term, (float)bound,
                                               b.count, b.ones};
        s->bounds[b.range] += (float)bound;
    }
    return state;
}

static int range_is_open(const search *s, uint32_t range)
{
    if (!s->filter)
        return 1;
    uint32_t from = range * (RANGE / 8), to = (s->units + 7) / 8;
    for (uint32_t i = from; i < from + RANGE / 8 && i < to; i++)
        if (s->filter[i])
            return 1;
    return 0;
}

static double least_of(const search *s)
{
    return s->found == s->k ? s->hits[0].score : s->floor;
}

/* Adds the blocks of a row up to sums by unit. */
static void accumulate(const search *s, const reference *row, unsigned from, unsigned to,
                       uint32_t base, double *sums)
{
    for (unsigned i = from; i < to; i++) {
        const reference *r = row + i;
        const scored *t = s->terms + r->term;
        const uint8_t *docs = t->base + r->offset, *codes = docs + r->count - r->ones;
        for (unsigned j = 0; j < r->ones; j++)
            sums[docs[j]] += t->weight * impact(t->field, ONE, base + docs[j]);
        for (unsigned j = r->ones; j < r->count; j++)
            sums[docs[j]] += t->weight * impact(t->field, codes[j], base + docs[j]);
    }
}

/* What the term of a block adds to the score of a unit. */
static double part_of(const search *s, const reference *r, uint32_t base, uint8_t low)
{
    const scored *t = s->terms + r->term;
    const uint8_t *docs = t->base + r->offset, *at = memchr(docs, low, r->count);
    if (!at)
        return 0.0;
    uint8_t code = at - docs < r->ones ? ONE : at[r->count - r->ones];
    return t->weight * impact(t->field, code, base + low);
}

/* How many blocks of a row cannot be spared: the bounds of those behind them add up to less than
 * the least score of a hit. */
static unsigned needed(const search *s, const reference *row, unsigned size)
{
    double least = least_of(s);
    s->rest[size] = 0.0;
    for (unsigned i = size; i-- > 0;)
        s->rest[i] = s->rest[i + 1] + row[i].bound;
    while (size && s->rest[size - 1] * SLACK < least)
        size--;
    return size;
}

/* What a unit must have of the terms before the rest to be a hit: more than nothing. */
static double enough(const search *s, double rest)
{
    double least = least_of(s) / SLACK - rest;
    return least > DBL_TRUE_MIN ? least : DBL_TRUE_MIN;
}

static unsigned count_from(const double *sums, double least)
{
    unsigned count = 0;
    for (unsigned i = 0; i < RANGE; i++)
        count += sums[i] >= least;
    return count;
}

/* Adds to the score of a unit what the blocks from `from` on have, while it can be a hit. */
static void finish(search *s, const reference *row, unsigned from, unsigned size, hit h)
{
    for (unsigned i = from; i < size; i++) {
        if ((h.score + s->rest[i]) * SLACK < least_of(s))
            return;
        h.score += part_of(s, row + i, h.doc & ~(RANGE - 1u), (uint8_t)h.doc);
    }
    offer(s, h);
}

static void visit(search *s, uint32_t range)
{
    double sums[RANGE] = {0};
    const reference *row = s->references + range * (size_t)s->term_count;
    uint32_t base = range << RANGE_BITS, size = s->sizes[range];
    unsigned from = 0, to = needed(s, row, size);
    accumulate(s, row, 0, to, base, sums);
    unsigned likely = count_from(sums, enough(s, s->rest[to]));
    while (likely > FEW && to < size) {
        from = to;
        to += (size - to + 1) / 2;
        accumulate(s, row, from, to, base, sums);
        likely = count_from(sums, enough(s, s->rest[to]));
    }
    double least = enough(s, s->rest[to]);
    for (unsigned low = 0; likely && low < RANGE; low++) {
        if (sums[low] < least)
            continue;
        likely--;
        if (s->filter && !bit(s->filter, base + low))
            continue;
        finish(s, row, to, size, (hit){sums[low], base + low});
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
            unsigned bucket = (unsigned)((1.0 - bound / most) * (BUCKETS - 1));
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

static void rank(search *s)
{
    uint32_t count = order_ranges(s);
    for (uint32_t i = 0; i < count; i++)
        if (s->bounds[s->order[i]] >= least_of(s) && range_is_open(s, s->order[i]))
            visit(s, s->order[i]);
}

/* Fills up with units of the filter that no term scores, in their order. */
static int add_zeros(search *s)
{
    uint8_t *scored = calloc((size_t)s->units / 8 + 1, 1);
    if (!scored)
        return -2;
    for (Py_ssize_t i = 0; i < s->found; i++)
        set_bit(scored, s->hits[i].doc);
    for (uint32_t doc = 0; doc < s->units && s->found < s->k; doc++) {
        if (!bit(s->filter, doc) || bit(scored, doc))
            continue;
        hit h = {0.0, doc};
        s->hits[s->found++] = h;
    }
    free(scored);
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
    for (uint32_t i = 0; i < s->term_count; i++)
        if (gather(s, s->by_weight[i].term) < 0)
            return -1;
    rank(s);
    if (s->zeros && s->filter && s->floor <= 0.0 && add_zeros(s) < 0)
        return -2;
    qsort(s->hits, (size_t)s->found, sizeof *s->hits, by_rank);
    return 0;
}
