/* Where needles stand in a packed text, folded, as places of the text as it stands in its source.
 * indexer/codec/excerpts.py says it shorter. */
#include "texts.h"

#define BUCKETS 256 /* of needles, by their first characters */

enum { DAMAGED = -1, NO_MEMORY = -2 };

/* A text in code points, and for each character of its folded form where it stands there. */
typedef struct {
    buffer source, folded, starts; /* 32 bits each */
    const uint8_t *gaps; /* of the characters below it: 1 where one folds to none */
    uint32_t gap_count;
} text;

typedef struct {
    const uint8_t *letters, *ends, *groups; /* 32 bits each */
    uint32_t count;
    uint32_t *next;    /* of each: 1 + the one that follows in its bucket, 0 at the end */
    uint32_t *done;    /* of each: where its last match ends */
    uint32_t buckets[BUCKETS];
} needles;

typedef struct {
    uint32_t start, end, needle;
} match;

static inline void put(buffer *b, uint32_t value)
{
    if (b->size + 4 <= b->capacity) {
        store32(b->data, b->size / 4, value);
        b->size += 4;
    } else {
        buffer_bytes(b, &value, 4);
    }
}

/* The character at *p in UTF-8, or a lone surrogate encoded alike; *p moves behind it. */
static inline int next_character(const uint8_t **p, const uint8_t *end, uint32_t *character)
{
    static const uint32_t least[4] = {0, 0x80, 0x800, 0x10000};
    const uint8_t *at = *p;
    uint32_t first = *at, more = first < 0xC0 ? 0 : first < 0xE0 ? 1 : first < 0xF0 ? 2 : 3;
    uint32_t value = first < 0x80 ? first : first & (0x3Fu >> more);
    if ((first >= 0x80 && first < 0xC0) || first >= 0xF8 || more >= (size_t)(end - at))
        return DAMAGED;
    for (uint32_t i = 1; i <= more; i++) {
        if ((at[i] & 0xC0) != 0x80)
            return DAMAGED;
        value = value << 6 | (at[i] & 0x3F);
    }
    *p = at + 1 + more;
    *character = value;
    return value < least[more] || value > 0x10FFFF ? DAMAGED : 0;
}

static int decode(const uint8_t *p, size_t size, buffer *out)
{
    const uint8_t *end = p + size;
    uint32_t character;
    while (p < end) {
        if (next_character(&p, end, &character) < 0)
            return DAMAGED;
        put(out, character);
    }
    return 0;
}

static inline int is_gap(const text *t, uint32_t character)
{
    return character < t->gap_count && t->gaps[character];
}

/* Notes where the folded characters from `before` on stand: those of the source from `from` on. */
static int align(text *t, size_t from, size_t before)
{
    size_t count = t->source.size / 4, more = t->folded.size / 4 - before;
    int whole = count - from == more;
    for (size_t i = from; i < count; i++) {
        if (!whole && is_gap(t, load32(t->source.data, i)))
            continue;
        if (!more--)
            return DAMAGED;
        put(&t->starts, (uint32_t)i);
    }
    return more ? DAMAGED : 0;
}

static int read_text(text *t, const packed *column)
{
    const uint8_t *p = column->codes.buf, *end = p + column->codes.len;
    const uint8_t *strings = column->symbols.buf;
    size_t count = (size_t)column->table.len / 8, offset, size;
    while (p < end) {
        uint32_t code = next_code(&p, end);
        size_t from = t->source.size / 4, before = t->folded.size / 4;
        if (code >= count || place_of(column, code, 0, &offset, &size) < 0 ||
            decode(strings + offset, size, &t->source) < 0 ||
            place_of(column, code, 1, &offset, &size) < 0 ||
            decode(strings + offset, size, &t->folded) < 0)
            return DAMAGED;
        if (t->source.failed || t->folded.failed || t->starts.failed)
            return NO_MEMORY;
        if (align(t, from, before) < 0)
            return DAMAGED;
    }
    return t->starts.failed ? NO_MEMORY : 0;
}

static inline uint32_t bucket_of(uint32_t character)
{
    return character * 0x9E3779B1u >> 24;
}

static inline uint32_t start_of(const needles *n, uint32_t needle)
{
    return needle ? load32(n->ends, needle - 1) : 0;
}

static inline uint32_t size_of(const needles *n, uint32_t needle)
{
    return load32(n->ends, needle) - start_of(n, needle);
}

typedef struct {
    uint32_t size, needle;
} sized;

static int by_size(const void *left, const void *right)
{
    const sized *x = left, *y = right;
    if (x->size != y->size)
        return x->size < y->size ? -1 : 1;
    return (x->needle > y->needle) - (x->needle < y->needle);
}

/* Sorts needles into buckets, in which those of equal beginnings come in the order of matches. */
static int arrange(needles *n)
{
    sized *order = malloc((n->count + 1) * sizeof *order);
    n->next = calloc(n->count + 1, sizeof *n->next);
    n->done = calloc(n->count + 1, sizeof *n->done);
    if (!order || !n->next || !n->done) {
        free(order);
        return NO_MEMORY;
    }
    for (uint32_t i = 0; i < n->count; i++)
        order[i] = (sized){size_of(n, i), i};
    qsort(order, n->count, sizeof *order, by_size);
    for (uint32_t i = n->count; i-- > 0 && order[i].size;) {
        uint32_t needle = order[i].needle;
        uint32_t bucket = bucket_of(load32(n->letters, start_of(n, needle)));
        n->next[needle] = n->buckets[bucket];
        n->buckets[bucket] = needle + 1;
    }
    free(order);
    return 0;
}

/* All matches in the folded text, in order. Those of one needle do not overlap. */
static void find_all(needles *n, const buffer *folded, buffer *out)
{
    uint32_t count = (uint32_t)(folded->size / 4);
    for (uint32_t at = 0; at < count; at++) {
        const uint8_t *here = folded->data + 4 * (size_t)at;
        uint32_t one = n->buckets[bucket_of(load32(here, 0))];
        for (; one; one = n->next[one - 1]) {
            uint32_t needle = one - 1, size = size_of(n, needle);
            if (size > count - at || n->done[needle] > at ||
                memcmp(here, n->letters + 4 * (size_t)start_of(n, needle), 4 * (size_t)size))
                continue;
            match m = {at, n->done[needle] = at + size, needle};
            buffer_bytes(out, &m, sizeof m);
        }
    }
}

static inline int same_group(const needles *n, uint32_t x, uint32_t y)
{
    return load32(n->groups, x) == load32(n->groups, y);
}

/* Of the needles from `first` up to `last`, a group: marks the matches of single characters in runs
 * of touching matches that hold no longer one, unless there are no longer needles. */
static void drop_single(const needles *n, uint32_t first, uint32_t last, const match *found,
                        size_t count, uint8_t *dropped)
{
    int single = 0, longer = 0, told = 0;
    for (uint32_t i = first; i < last; i++)
        *(size_of(n, i) < 2 ? &single : &longer) = 1;
    if (!single || !longer)
        return;
    size_t from = 0;
    uint32_t end = 0;
    for (size_t i = 0; i <= count; i++) {
        if (i < count && (found[i].needle < first || found[i].needle >= last))
            continue;
        if (i == count || found[i].start > end) {
            for (size_t j = from; j < i && !told; j++)
                dropped[j] |= found[j].needle >= first && found[j].needle < last;
            from = i;
            told = 0;
        }
        if (i < count) {
            end = found[i].end > end ? found[i].end : end;
            told |= found[i].end - found[i].start > 1;
        }
    }
}

/* Keeps the matches that count, as they stand in the source. */
static int settle(const needles *n, const text *t, buffer *out)
{
    size_t count = out->size / sizeof(match), kept = 0;
    match *found = (match *)(void *)out->data;
    uint8_t *dropped = calloc(count + 1, 1);
    if (!dropped)
        return NO_MEMORY;
    for (uint32_t first = 0, last; first < n->count; first = last) {
        for (last = first + 1; last < n->count && same_group(n, first, last); last++)
            ;
        drop_single(n, first, last, found, count, dropped);
    }
    for (size_t i = 0; i < count; i++) {
        if (dropped[i])
            continue;
        uint32_t start = load32(t->starts.data, found[i].start);
        uint32_t end = load32(t->starts.data, found[i].end - 1) + 1;
        found[kept++] = (match){start, end, found[i].needle};
    }
    out->size = kept * sizeof(match);
    free(dropped);
    return 0;
}

static int locate(const packed *column, text *t, needles *n, buffer *out)
{
    int state = read_text(t, column);
    if (!state)
        state = arrange(n);
    if (!state)
        find_all(n, &t->folded, out);
    return state ? state : out->failed ? NO_MEMORY : settle(n, t, out);
}

/* Whether the needles' ends rise to the last of their letters. */
static int fit(const Py_buffer *letters, const Py_buffer *ends, const Py_buffer *groups)
{
    uint32_t end = 0;
    for (size_t i = 0; i < (size_t)ends->len / 4; i++) {
        if (load32(ends->buf, i) < end)
            return 0;
        end = load32(ends->buf, i);
    }
    return ends->len == groups->len && (uint64_t)letters->len == 4 * (uint64_t)end;
}

static PyObject *result_of(int state, const text *t, const buffer *found)
{
    int little = -1;
    if (state == NO_MEMORY)
        return PyErr_NoMemory();
    if (state == DAMAGED) {
        PyErr_SetString(PyExc_ValueError, "a text column is damaged");
        return NULL;
    }
    PyObject *source = PyUnicode_DecodeUTF32((char *)t->source.data, (Py_ssize_t)t->source.size,
                                             "surrogatepass", &little);
    PyObject *matches = PyBytes_FromStringAndSize((char *)found->data, (Py_ssize_t)found->size);
    if (source && matches)
        return Py_BuildValue("(NN)", source, matches);
    Py_XDECREF(source);
    Py_XDECREF(matches);
    return NULL;
}

/* The text of codes, and where needles stand in it. */
static PyObject *py_locate(PyObject *self, PyObject *args)
{
    packed column;
    Py_buffer gaps, letters, ends, groups;
    PyObject *result = NULL;
    (void)self;
    if (!PyArg_ParseTuple(args, "y*y*y*y*y*y*y*", &column.codes, &column.symbols, &column.table,
                          &gaps, &letters, &ends, &groups))
        return NULL;
    if (!fit(&letters, &ends, &groups)) {
        PyErr_SetString(PyExc_ValueError, "needles must end in order, the last with the text");
    } else {
        text t = {{0}, {0}, {0}, gaps.buf, (uint32_t)gaps.len};
        needles n = {letters.buf, ends.buf, groups.buf, (uint32_t)(ends.len / 4), NULL, NULL, {0}};
        buffer found = {0};
        result = result_of(locate(&column, &t, &n, &found), &t, &found);
        free(t.source.data);
        free(t.folded.data);
        free(t.starts.data);
        free(n.next);
        free(n.done);
        free(found.data);
    }
    release_packed(&column);
    PyBuffer_Release(&gaps);
    PyBuffer_Release(&letters);
    PyBuffer_Release(&ends);
    PyBuffer_Release(&groups);
    return result;
}

PyMethodDef locate_methods[] = {
    {"locate", py_locate, METH_VARARGS, NULL},
    {NULL, NULL, 0, NULL},
};
