/* Finds needles in a folded text, as spans of its source. indexer/kernel/plain/find.py is a shorter
 * version. */
#include "excerpt.h"

#define BUCKETS 256 /* of needles, by their first characters */

typedef struct {
    const uint8_t *letters, *ends, *groups;
    uint32_t count;
    uint32_t *next; /* of each: 1 + the next one in its bucket, 0 at the end */
    uint32_t *done; /* of each: the end of its last match */
    uint32_t buckets[BUCKETS];
} sought;

typedef struct {
    uint32_t start, end, needle;
} match;

static inline uint32_t bucket_of(uint32_t character)
{
    return character * 0x9E3779B1u >> 24;
}

static inline uint32_t start_of(const sought *n, uint32_t needle)
{
    return needle ? load32(n->ends, needle - 1) : 0;
}

static inline uint32_t size_of(const sought *n, uint32_t needle)
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

/* Sorts needles into buckets; those with equal beginnings come in the order of matches. */
static int arrange(sought *n)
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

/* Finds all matches in a text, in order. Matches of one needle do not overlap. */
static void find_all(sought *n, const places *p, buffer *out)
{
    for (uint32_t at = 0; at < p->count; at++) {
        const uint8_t *here = p->text + 4 * (size_t)at;
        uint32_t one = n->buckets[bucket_of(load32(here, 0))];
        for (; one; one = n->next[one - 1]) {
            uint32_t needle = one - 1, size = size_of(n, needle);
            if (size > p->count - at || n->done[needle] > at ||
                memcmp(here, n->letters + 4 * (size_t)start_of(n, needle), 4 * (size_t)size))
                continue;
            match m = {at, n->done[needle] = at + size, needle};
            buffer_bytes(out, &m, sizeof m);
        }
    }
}

static inline int same_group(const sought *n, uint32_t x, uint32_t y)
{
    return load32(n->groups, x) == load32(n->groups, y);
}

/* Of the needles from `first` up to `last`, a group: marks the matches of single characters in runs
 * of touching matches that hold no longer one, unless there are no longer needles. */
static void drop_single(const sought *n, uint32_t first, uint32_t last, const match *found,
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
static int settle(const sought *n, const places *p, buffer *out)
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
        uint32_t end = load32(p->ends, found[i].end - 1);
        found[kept++] = (match){load32(p->starts, found[i].start), end, found[i].needle};
    }
    out->size = kept * sizeof(match);
    free(dropped);
    return 0;
}

int find_needles(const needles *given, const places *p, buffer *out)
{
    sought n = {given->letters.buf, given->ends.buf, given->groups.buf,
                (uint32_t)(given->ends.len / 4), NULL, NULL, {0}};
    int state = arrange(&n);
    if (!state) {
        find_all(&n, p, out);
        state = out->failed ? NO_MEMORY : settle(&n, p, out);
    }
    free(n.next);
    free(n.done);
    return state;
}

/* True if the ends ascend up to the last of the letters. */
int needles_fit(const needles *n)
{
    uint32_t end = 0;
    for (size_t i = 0; i < (size_t)n->ends.len / 4; i++) {
        if (load32(n->ends.buf, i) < end)
            return 0;
        end = load32(n->ends.buf, i);
    }
    return n->ends.len == n->groups.len && (uint64_t)n->letters.len == 4 * (uint64_t)end;
}

void release_needles(needles *n)
{
    PyBuffer_Release(&n->letters);
    PyBuffer_Release(&n->ends);
    PyBuffer_Release(&n->groups);
}

static PyObject *matches_of(const needles *n, const places *p)
{
    buffer found = {0};
    PyObject *result = NULL;
    if (!find_needles(n, p, &found))
        result = PyBytes_FromStringAndSize((char *)found.data, (Py_ssize_t)found.size);
    else
        PyErr_NoMemory();
    free(found.data);
    return result;
}

/* Finds needles in a folded text, as spans of its source. */
static PyObject *py_find(PyObject *self, PyObject *args)
{
    Py_buffer starts, ends;
    needles n;
    PyObject *folded, *result = NULL;
    (void)self;
    if (!PyArg_ParseTuple(args, "Uy*y*y*y*y*", &folded, &starts, &ends, &n.letters, &n.ends,
                          &n.groups))
        return NULL;
    Py_ssize_t length = PyUnicode_GetLength(folded);
    if (length >= INT32_MAX || starts.len != 4 * length || ends.len != 4 * length ||
        !needles_fit(&n)) {
        PyErr_SetString(PyExc_ValueError, "a text or its needles do not belong together");
    } else {
        Py_UCS4 *text = PyUnicode_AsUCS4Copy(folded);
        places p = {(uint8_t *)text, starts.buf, ends.buf, (uint32_t)length};
        if (text)
            result = matches_of(&n, &p);
        PyMem_Free(text);
    }
    PyBuffer_Release(&starts);
    PyBuffer_Release(&ends);
    release_needles(&n);
    return result;
}

PyMethodDef find_methods[] = {
    {"find", py_find, METH_VARARGS, NULL},
    {NULL, NULL, 0, NULL},
};
