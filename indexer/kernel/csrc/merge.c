/* Merges the dictionaries of several segments into one and renumbers the sections. */
#include "dictionary.h"

#define GONE UINT32_MAX /* the entry of a deleted section in a map */

typedef struct {
    Py_buffer terms, postings, map;
    const uint8_t *p, *end; /* in the dictionary */
    const uint8_t *list;    /* postings of the current term */
    size_t room;            /* bytes of postings from there on */
    uint32_t left, df, size;
    buffer term;
} source;

typedef struct {
    source *sources;
    Py_ssize_t count;
    uint32_t sections;
    uint64_t *keys; /* document << 8 | code */
    uint32_t *docs;
    uint8_t *codes;
    size_t found;
} merger;

/* Moves to the next term; returns 1, 0 at the end, or -1 for damage. */
static int advance(source *s, int first)
{
    uint32_t shared, more;
    if (!first) {
        if (s->size > s->room)
            return -1;
        s->list += s->size;
        s->room -= s->size;
    }
    if (!s->left)
        return 0;
    if (read_varint(&s->p, s->end, &shared) < 0 || read_varint(&s->p, s->end, &more) < 0 ||
        shared > s->term.size || more > (size_t)(s->end - s->p))
        return -1;
    s->term.size = shared;
    buffer_bytes(&s->term, s->p, more);
    s->p += more;
    if (s->term.failed || read_varint(&s->p, s->end, &s->df) < 0 ||
        read_varint(&s->p, s->end, &s->size) < 0 || s->size > s->room)
        return -1;
    s->left--;
    return 1;
}

static int compare(const buffer *x, const buffer *y)
{
    size_t most = x->size < y->size ? x->size : y->size;
    int order = most ? memcmp(x->data, y->data, most) : 0;
    return order ? order : (x->size > y->size) - (x->size < y->size);
}

static int collect(merger *m, const source *s)
{
    list l;
    block b;
    int state;
    uint8_t lows[RANGE], codes[RANGE], scratch[2 * RANGE];
    uint32_t sections = (uint32_t)(s->map.len / 4);
    if (list_open(&l, s->list, s->size, s->df, sections, scratch) < 0)
        return -1;
    while ((state = list_next(&l, &b)) > 0) {
        block_sort(&b, lows, codes);
        for (unsigned i = 0; i < b.count; i++) {
            uint32_t doc = load32(s->map.buf, (b.range << RANGE_BITS) + lows[i]);
            if (doc == GONE)
                continue;
            if (doc >= m->sections || m->found >= m->sections)
                return -1;
            m->keys[m->found++] = (uint64_t)doc << 8 | codes[i];
        }
    }
    return state;
}

static int by_key(const void *left, const void *right)
{
    uint64_t x = *(const uint64_t *)left, y = *(const uint64_t *)right;
    return (x > y) - (x < y);
}

static int order_postings(merger *m)
{
    int sorted = 1;
    for (size_t i = 1; i < m->found; i++)
        sorted &= m->keys[i - 1] < m->keys[i];
    if (!sorted)
        qsort(m->keys, m->found, sizeof *m->keys, by_key);
    for (size_t i = 0; i < m->found; i++) {
        m->docs[i] = (uint32_t)(m->keys[i] >> 8);
        m->codes[i] = (uint8_t)m->keys[i];
        if (i && m->docs[i] == m->docs[i - 1])
            return -1;
    }
    return 0;
}

/* Adds one term, the least of all sources, with the postings of every source that has it. */
static int merge_term(merger *m, uint8_t *live, dictionary *d, norms n)
{
    const source *least = NULL;
    m->found = 0;
    for (Py_ssize_t i = 0; i < m->count; i++)
        if (live[i] && (!least || compare(&m->sources[i].term, &least->term) < 0))
            least = m->sources + i;
    if (!least)
        return 0;
    buffer term = {0};
    buffer_bytes(&term, least->term.data, least->term.size);
    int state = term.failed ? -1 : 1;
    for (Py_ssize_t i = 0; state > 0 && i < m->count; i++) {
        source *s = m->sources + i;
        if (!live[i] || compare(&s->term, &term))
            continue;
        int next = collect(m, s) < 0 ? -1 : advance(s, 0);
        live[i] = next > 0;
        state = next < 0 ? -1 : 1;
    }
    if (state > 0 && order_postings(m) < 0)
        state = -1;
    if (state > 0 && m->found)
        dictionary_add(d, term.data, term.size, m->docs, m->codes, m->found, n);
    free(term.data);
    return state;
}

static int merge_all(merger *m, dictionary *d, norms n)
{
    uint8_t *live = calloc((size_t)m->count + 1, 1);
    m->keys = malloc(((size_t)m->sections + 1) * sizeof *m->keys);
    m->docs = malloc(((size_t)m->sections + 1) * sizeof *m->docs);
    m->codes = malloc((size_t)m->sections + 1);
    int state = live && m->keys && m->docs && m->codes ? 1 : -1;
    for (Py_ssize_t i = 0; state > 0 && i < m->count; i++) {
        int next = advance(m->sources + i, 1);
        live[i] = next > 0;
        state = next < 0 ? -1 : 1;
    }
    while (state > 0)
        state = merge_term(m, live, d, n);
    free(live);
    free(m->keys);
    free(m->docs);
    free(m->codes);
    return state;
}

static int read_sources(merger *m, PyObject *inputs)
{
    Py_ssize_t count = PyTuple_Size(inputs);
    m->sources = calloc((size_t)count + 1, sizeof *m->sources);
    if (!m->sources) {
        PyErr_NoMemory();
        return -1;
    }
    for (Py_ssize_t i = 0; i < count; i++) {
        source *s = m->sources + i;
        if (!PyArg_ParseTuple(PyTuple_GetItem(inputs, i), "y*Iy*y*", &s->terms, &s->left,
                              &s->postings, &s->map))
            return -1;
        m->count++;
        s->p = s->terms.buf;
        s->end = s->p + s->terms.len;
        s->list = s->postings.buf;
        s->room = (size_t)s->postings.len;
    }
    return 0;
}

static void release(merger *m)
{
    for (Py_ssize_t i = 0; i < m->count; i++) {
        PyBuffer_Release(&m->sources[i].terms);
        PyBuffer_Release(&m->sources[i].postings);
        PyBuffer_Release(&m->sources[i].map);
        free(m->sources[i].term.data);
    }
    free(m->sources);
}

static PyObject *py_merge(PyObject *self, PyObject *args)
{
    merger m = {0};
    PyObject *inputs, *result = NULL;
    Py_buffer lengths;
    (void)self;
    if (!PyArg_ParseTuple(args, "O!y*", &PyTuple_Type, &inputs, &lengths))
        return NULL;
    m.sections = (uint32_t)(lengths.len / 4);
    if (read_sources(&m, inputs) == 0) {
        dictionary d = {0};
        buffer same = {lengths.buf, (size_t)m.sections * 4, 0, 0};
        int state;
        Py_BEGIN_ALLOW_THREADS
        state = merge_all(&m, &d, norms_of(lengths.buf, m.sections));
        Py_END_ALLOW_THREADS
        if (state < 0)
            PyErr_SetString(PyExc_ValueError, "a dictionary or its postings are damaged");
        else
            result = dictionary_result(&d, &same);
        dictionary_free(&d);
    }
    release(&m);
    PyBuffer_Release(&lengths);
    return result;
}

PyMethodDef merge_methods[] = {
    {"merge", py_merge, METH_VARARGS, NULL},
    {NULL, NULL, 0, NULL},
};
