/* The k best units of a sum of BM25 terms, by range pruning.
 *
 * Units are split into ranges of 256. Every (term, range) has an upper bound of its impact; a
 * range's bounds add up to a bound of every score in it. Ranges are visited by falling bound, and
 * the search ends when no bound reaches the k-th score. Within a range, terms whose bounds together
 * stay below the k-th score cannot make a hit: they are looked up for the units only that the
 * other terms make likely (Turtle and Flood's MaxScore, 1995).
 *
 * Whatever is pruned, the score of a hit is added up in the order of the terms, so results are
 * those of a full evaluation to the last bit. Bounds are added in other orders: SLACK covers that.
 */
#include "search.h"
#include <float.h>

#define SLACK (1.0 + 1e-9)
#define FEW 4 /* units of a range that are looked up one by one */

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

static int before(const search *s, uint32_t x, uint32_t y)
{
    return s->bounds[x] > s->bounds[y] || (s->bounds[x] == s->bounds[y] && x < y);
}

static void sink_range(search *s, uint32_t size, uint32_t at)
{
    uint32_t moved = s->heap[at];
    for (uint32_t child; (child = 2 * at + 1) < size; at = child) {
        if (child + 1 < size && before(s, s->heap[child + 1], s->heap[child]))
            child++;
        if (!before(s, s->heap[child], moved))
            break;
        s->heap[at] = s->heap[child];
    }
    s->heap[at] = moved;
}

static double bound_of(const scored *t, const block *b)
{
    const field *f = t->field;
    double most = 0.0;
    if (b->quantum)
        return t->weight * (b->quantum / 255.0 * f->scale);
    for (unsigned i = 0; i < b->count; i++) {
        double one = impact(f, block_code(b, i), (b->range << RANGE_BITS) + b->docs[i]);
        most = one > most ? one : most;
    }
    return t->weight * most;
}

static void sort_terms(search *s)
{
    for (uint32_t i = 0; i < s->term_count; i++) {
        uint32_t at = i;
        for (; at && s->terms[s->by_weight[at - 1]].weight < s->terms[i].weight; at--)
            s->by_weight[at] = s->by_weight[at - 1];
        s->by_weight[at] = i;
    }
}

/* The next float above, so that rounding never lowers a bound. */
static float round_up(double bound)
{
    return (float)(bound * SLACK * (1.0 + 2e-7));
}

static int gather(search *s)
{
    for (Py_ssize_t i = 0; i < s->term_count; i++) {
        uint32_t term = s->by_weight[i];
        scored *t = s->terms + term;
        block b;
        int state;
        while ((state = list_next(&t->list, &b)) > 0) {
            float bound = round_up(bound_of(t, &b));
            reference r = {(uint32_t)(b.docs - t->base), term, bound, (uint8_t)(b.count - 1),
                           b.uniform, b.code, 0};
            uint32_t place = ++s->sizes[b.range];
            s->references[(b.range + 1) * (size_t)s->term_count - place] = r;
            s->bounds[b.range] += bound * SLACK;
        }
        if (state < 0)
            return -1;
    }
    return 0;
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

/* Adds up the terms of a row, but not in the order that makes a score. */
static void accumulate(const search *s, unsigned from, unsigned to, uint32_t base, double *scores)
{
    for (unsigned i = from; i < to; i++) {
        const reference *r = s->row + i;
        const scored *t = s->terms + r->term;
        const uint8_t *docs = t->base + r->offset, *codes = docs + r->last + 1;
        for (unsigned j = 0; j <= r->last; j++) {
            uint8_t code = r->uniform ? r->code : codes[j];
            scores[docs[j]] += t->weight * impact(t->field, code, base + docs[j]);
        }
    }
}

static double score_one(const search *s, uint32_t base, uint8_t low)
{
    double score = 0.0;
    for (Py_ssize_t i = 0; i < s->term_count; i++) {
        const reference *r = s->of_term[i];
        if (!r)
            continue;
        const scored *t = s->terms + i;
        const uint8_t *docs = t->base + r->offset;
        const uint8_t *at = r->last == 255 ? docs + low : memchr(docs, low, r->last + 1u);
        if (!at)
            continue;
        uint8_t code = r->uniform ? r->code : at[r->last + 1];
        score += t->weight * impact(t->field, code, base + low);
    }
    return score;
}

static double least_of(const search *s)
{
    return s->found == s->k ? s->hits[0].score : s->floor;
}

/* How many terms of a row to spare: the lightest, as long as their bounds add up to less than
 * the least score of a hit. */
static unsigned spare_terms(const search *s, unsigned size)
{
    double least = least_of(s), rest = 0.0;
    unsigned spared = 0;
    while (spared < size && (rest += s->row[spared].bound) * SLACK < least)
        spared++;
    return spared;
}

static double bounds_of(const search *s, unsigned spared)
{
    double rest = 0.0;
    for (unsigned i = 0; i < spared; i++)
        rest += s->row[i].bound;
    return rest * SLACK;
}

/* What a unit must have of the other terms to be a hit after all, and more than nothing. */
static double enough(const search *s, double rest)
{
    double least = least_of(s) / SLACK - rest;
    return least > DBL_TRUE_MIN ? least : DBL_TRUE_MIN;
}

static unsigned count_from(const double *scores, double least)
{
    unsigned count = 0;
    for (unsigned i = 0; i < RANGE; i++)
        count += scores[i] >= least;
    return count;
}

/* Scores the units of a range whose sums over the terms not spared are likely enough. */
static void take_likely(search *s, uint32_t base, unsigned size, const double *scores, double rest)
{
    for (unsigned i = 0; i < size; i++)
        s->of_term[s->row[i].term] = s->row + i;
    for (unsigned i = 0; i < RANGE; i++) {
        if (scores[i] < enough(s, rest) || (s->filter && !bit(s->filter, base + i)))
            continue;
        hit h = {score_one(s, base, (uint8_t)i), base + i};
        offer(s, h);
    }
    for (unsigned i = 0; i < size; i++)
        s->of_term[s->row[i].term] = NULL;
}

static void visit(search *s, uint32_t range)
{
    double scores[RANGE] = {0};
    uint32_t base = range << RANGE_BITS, size = s->sizes[range];
    s->row = s->references + (range + 1) * (size_t)s->term_count - size;
    unsigned spared = spare_terms(s, size);
    accumulate(s, spared, size, base, scores);
    double rest = bounds_of(s, spared);
    unsigned likely = count_from(scores, enough(s, rest));
    while (spared && likely > FEW) {
        unsigned kept = spared / 2;
        accumulate(s, kept, spared, base, scores);
        spared = kept;
        rest = bounds_of(s, spared);
        likely = count_from(scores, enough(s, rest));
    }
    if (likely)
        take_likely(s, base, size, scores, rest);
}

static void rank(search *s)
{
    uint32_t size = 0;
    for (uint32_t range = 0; range < s->ranges; range++)
        if (s->bounds[range] > 0.0 && range_is_open(s, range))
            s->heap[size++] = range;
    for (uint32_t at = size / 2; at-- > 0;)
        sink_range(s, size, at);
    while (size) {
        uint32_t range = s->heap[0];
        if (s->bounds[range] < least_of(s))
            break;
        visit(s, range);
        s->heap[0] = s->heap[--size];
        if (size)
            sink_range(s, size, 0);
    }
}

/* Fills up with units of the filter that no term scores, in their order. */
static void add_zeros(search *s)
{
    Py_ssize_t scored_hits = s->found;
    for (uint32_t doc = 0; doc < s->units && s->found < s->k; doc++) {
        if (!bit(s->filter, doc))
            continue;
        Py_ssize_t i = 0;
        while (i < scored_hits && s->hits[i].doc != doc)
            i++;
        if (i == scored_hits) {
            hit h = {0.0, doc};
            s->hits[s->found++] = h;
        }
    }
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
    if (s->zeros && s->filter && s->floor <= 0.0)
        add_zeros(s);
    qsort(s->hits, (size_t)s->found, sizeof *s->hits, by_rank);
    return 0;
}
