/* topk(): its arguments, its working memory and its result. */
#include "search.h"

/* Working memory that a search leaves to the next one: fresh pages cost more than the search.
 *
 * These two are the only variables that searches share. They are read and written with the
 * interpreter's lock held: in `lay_out`, before a search releases it, and in `keep`, after it has taken
 * it again. A search takes the memory away, so that another one at the same time finds none and
 * allocates its own. An interpreter without that lock would need one here; the limited interface of
 * 3.11, for which the module is built, always has it. */
static uint8_t *spare_memory;
static size_t spare_size;
#define MOST_SPARE (16u << 20)

static void *carve(uint8_t **at, size_t count, size_t size)
{
    void *result = *at;
    *at += (count * size + 63) & ~(size_t)63;
    return result;
}

/* Takes working memory of at least the size needed, and lays it out; NULL if memory runs out. */
static uint8_t *lay_out(search *s, size_t *size)
{
    size_t terms = (size_t)s->term_count + 1, ranges = (size_t)s->ranges + 1;
    size_t need = ranges * (terms * sizeof(reference) + sizeof(uint32_t) * 2 + sizeof(double)) +
                  terms * sizeof(weighed) + ((size_t)s->k + 1) * sizeof(hit) + s->scratch_size +
                  7 * 64;
    uint8_t *memory = spare_memory;
    *size = spare_size;
    spare_memory = NULL;
    spare_size = 0;
    if (*size < need) {
        free(memory);
        memory = malloc(need);
        *size = need;
    }
    if (!memory)
        return NULL;
    uint8_t *at = memory;
    s->bounds = carve(&at, ranges, sizeof *s->bounds);
    s->sizes = carve(&at, ranges, sizeof *s->sizes);
    memset(memory, 0, (size_t)(at - memory));
    s->by_weight = carve(&at, terms, sizeof *s->by_weight);
    s->order = carve(&at, ranges, sizeof *s->order);
    s->hits = carve(&at, (size_t)s->k + 1, sizeof *s->hits);
    s->references = carve(&at, ranges * terms, sizeof *s->references);
    s->scratch = carve(&at, s->scratch_size, 1);
    return memory;
}

/* Leaves working memory to the next search, unless it is large or smaller than the present one. */
static void keep(uint8_t *memory, size_t size)
{
    if (size > MOST_SPARE || size <= spare_size) {
        free(memory);
        return;
    }
    free(spare_memory);
    spare_memory = memory;
    spare_size = size;
}

static int read_fields(search *s, PyObject *fields)
{
    Py_ssize_t count = PyTuple_Size(fields);
    s->fields = calloc((size_t)count + 1, sizeof *s->fields);
    if (!s->fields) {
        PyErr_NoMemory();
        return -1;
    }
    for (Py_ssize_t i = 0; i < count; i++) {
        field *f = s->fields + i;
        if (!PyArg_ParseTuple(PyTuple_GetItem(fields, i), "y*y*ddd", &f->postings, &f->lengths,
                              &f->a, &f->c, &f->scale))
            return -1;
        s->field_count++;
        f->wide = (size_t)f->lengths.len == (size_t)s->sections * 4;
        if (!f->wide && (size_t)f->lengths.len != (size_t)s->sections * 2) {
            PyErr_SetString(PyExc_ValueError, "lengths are cut off");
            return -1;
        }
    }
    return 0;
}

static int read_term(search *s, PyObject *term, Py_ssize_t i)
{
    unsigned long long offset, size;
    unsigned number, ordinal, df;
    double weight;
    if (!PyArg_ParseTuple(term, "I(IIKK)d", &number, &ordinal, &df, &offset, &size, &weight))
        return -1;
    const field *f = s->fields + number;
    if (number >= s->field_count || offset > (uint64_t)f->postings.len ||
        size > (uint64_t)f->postings.len - offset || size > UINT32_MAX || !(weight >= 0.0) ||
        list_open(s->lists + i, (uint8_t *)f->postings.buf + offset, (size_t)size, df, s->sections,
                  NULL)) {
        PyErr_SetString(PyExc_ValueError, "a term lies outside its postings");
        return -1;
    }
    const uint8_t *base = (uint8_t *)f->postings.buf + offset;
    s->terms[i] = (scored){base, f->lengths.buf, weight, f->a, f->c, f->scale, f->wide};
    if (s->lists[i].is_sparse)
        s->scratch_size += 2 * (size_t)df;
    return 0;
}

static int read_terms(search *s, PyObject *terms)
{
    s->term_count = PyTuple_Size(terms);
    size_t room = (size_t)s->term_count + 1;
    s->terms = malloc(room * sizeof *s->terms);
    s->lists = malloc(room * sizeof *s->lists);
    if (!s->terms || !s->lists) {
        PyErr_NoMemory();
        return -1;
    }
    for (Py_ssize_t i = 0; i < s->term_count; i++)
        if (read_term(s, PyTuple_GetItem(terms, i), i) < 0)
            return -1;
    return 0;
}

static PyObject *hits_list(const search *s)
{
    PyObject *result = PyList_New(s->found);
    for (Py_ssize_t i = 0; result && i < s->found; i++) {
        PyObject *pair = Py_BuildValue("(dI)", s->hits[i].score, s->hits[i].doc);
        if (!pair || PyList_SetItem(result, i, pair) < 0) {
            Py_DECREF(result);
            return NULL;
        }
    }
    return result;
}

static void release(search *s)
{
    for (Py_ssize_t i = 0; i < s->field_count; i++) {
        PyBuffer_Release(&s->fields[i].postings);
        PyBuffer_Release(&s->fields[i].lengths);
    }
    free(s->fields);
    free(s->terms);
    free(s->lists);
}

static PyObject *search_all(search *s, PyObject *fields, PyObject *terms)
{
    int state;
    size_t size;
    if (read_fields(s, fields) < 0 || read_terms(s, terms) < 0)
        return NULL;
    uint8_t *memory = lay_out(s, &size);
    if (!memory)
        return PyErr_NoMemory();
    Py_BEGIN_ALLOW_THREADS
    state = search_run(s);
    Py_END_ALLOW_THREADS
    PyObject *result = NULL;
    if (state == -2)
        PyErr_NoMemory();
    else if (state < 0)
        PyErr_SetString(PyExc_ValueError, "postings are damaged");
    else
        result = hits_list(s);
    keep(memory, size);
    return result;
}

static PyObject *py_topk(PyObject *self, PyObject *args)
{
    search s = {0};
    PyObject *filter, *fields, *terms, *result = NULL;
    Py_buffer bits = {0};
    (void)self;
    if (!PyArg_ParseTuple(args, "InOpdO!O!", &s.sections, &s.k, &filter, &s.zeros, &s.floor,
                          &PyTuple_Type, &fields, &PyTuple_Type, &terms))
        return NULL;
    s.ranges = (uint32_t)(((uint64_t)s.sections + RANGE - 1) >> RANGE_BITS);
    if (s.k > (Py_ssize_t)s.sections)
        s.k = (Py_ssize_t)s.sections;
    if (s.k <= 0)
        return PyList_New(0);
    if (filter != Py_None) {
        if (PyObject_GetBuffer(filter, &bits, PyBUF_SIMPLE) < 0)
            return NULL;
        s.filter = bits.buf;
    }
    if (s.filter && (size_t)bits.len < ((size_t)s.sections + 7) / 8)
        PyErr_SetString(PyExc_ValueError, "the filter is cut off");
    else
        result = search_all(&s, fields, terms);
    release(&s);
    if (s.filter)
        PyBuffer_Release(&bits);
    return result;
}

PyMethodDef topk_methods[] = {
    {"topk", py_topk, METH_VARARGS, NULL},
    {NULL, NULL, 0, NULL},
};
