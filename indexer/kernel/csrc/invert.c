/* Inverting: the log of an inverter is sorted and becomes a dictionary and its postings. */
#include "dictionary.h"
#include "inverter.h"

typedef struct {
    uint64_t prefix; /* first eight bytes, so that most comparisons stay here */
    const uint8_t *term;
    uint32_t size, id;
} entry;

static int by_term(const void *left, const void *right)
{
    const entry *a = left, *b = right;
    if (a->prefix != b->prefix)
        return a->prefix < b->prefix ? -1 : 1;
    int order = memcmp(a->term, b->term, a->size < b->size ? a->size : b->size);
    return order ? order : (a->size > b->size) - (a->size < b->size);
}

static entry *sorted_terms(const inverter *v)
{
    entry *entries = malloc((v->used + 1) * sizeof *entries);
    for (uint32_t id = 0; entries && id < v->used; id++) {
        entry *e = entries + id;
        e->id = id;
        e->term = v->arena.data + terms_of(v)[id].offset;
        e->size = (uint32_t)term_size(v, id);
        e->prefix = term_prefix(e->term, e->size);
    }
    if (entries)
        qsort(entries, v->used, sizeof *entries, by_term);
    return entries;
}

/* The postings of all terms, one term after the other. */
typedef struct {
    uint32_t *next; /* by term: the place of its next posting */
    uint32_t *docs;
    uint8_t *codes;
} table;

static int table_make(table *t, const inverter *v, const entry *entries)
{
    size_t count = v->codes.size;
    uint32_t begin = 0;
    t->next = malloc((v->used + 1) * sizeof *t->next);
    t->docs = malloc((count + 1) * sizeof *t->docs);
    t->codes = malloc(count + 1);
    if (!t->next || !t->docs || !t->codes)
        return -1;
    for (size_t i = 0; i < v->used; i++) {
        t->next[entries[i].id] = begin;
        begin += terms_of(v)[entries[i].id].df;
    }
    return 0;
}

static void table_free(table *t)
{
    free(t->next);
    free(t->docs);
    free(t->codes);
}

/* Distributes the log over the terms, sections in the new order. */
static void table_fill(table *t, const inverter *v, const uint8_t *order, uint32_t sections)
{
    const uint8_t *ids = v->ids.data;
    for (uint32_t doc = 0; doc < sections; doc++) {
        uint32_t section = load32(order, doc);
        size_t i = section ? (size_t)load64(v->starts.data, section - 1) : 0;
        size_t stop = (size_t)load64(v->starts.data, section);
        for (; i < stop; i++) {
            if (i + AHEAD < stop)
                PREFETCH(t->next + load32(ids, i + AHEAD));
            uint32_t at = t->next[load32(ids, i)]++;
            t->docs[at] = doc;
            t->codes[at] = v->codes.data[i];
        }
    }
}

static int invert(const inverter *v, const uint8_t *order, uint32_t sections, dictionary *d,
                  buffer *lengths)
{
    table t = {0};
    entry *entries = sorted_terms(v);
    int bad = !entries || table_make(&t, v, entries) < 0;
    if (!bad) {
        table_fill(&t, v, order, sections);
        for (uint32_t doc = 0; doc < sections; doc++)
            buffer_bytes(lengths, v->lengths.data + 4 * (size_t)load32(order, doc), 4);
    }
    bad |= lengths->failed;
    norms n = norms_of(lengths->data, bad ? 0 : sections);
    for (size_t i = 0; !bad && i < v->used; i++) {
        const entry *e = entries + i;
        size_t df = terms_of(v)[e->id].df, begin = t.next[e->id] - df;
        if (df)
            dictionary_add(d, e->term, e->size, t.docs + begin, t.codes + begin, df, n);
    }
    table_free(&t);
    free(entries);
    return bad ? -1 : 0;
}

static int is_permutation(const uint8_t *order, uint32_t sections)
{
    uint8_t *seen = calloc(sections / 8 + 1u, 1);
    int good = seen != NULL;
    for (uint32_t i = 0; good && i < sections; i++) {
        uint32_t section = load32(order, i);
        good = section < sections && !bit(seen, section);
        if (good)
            set_bit(seen, section);
    }
    free(seen);
    return good;
}

static PyObject *py_finish(PyObject *self, PyObject *args)
{
    PyObject *capsule, *result = NULL;
    Py_buffer order;
    (void)self;
    if (!PyArg_ParseTuple(args, "Oy*", &capsule, &order))
        return NULL;
    inverter *v = inverter_of(capsule);
    uint32_t sections = v ? (uint32_t)(v->lengths.size / 4) : 0;
    if (v && ((size_t)order.len != v->lengths.size || !is_permutation(order.buf, sections))) {
        PyErr_SetString(PyExc_ValueError, "the order is no permutation of the sections");
    } else if (v) {
        dictionary d = {0};
        buffer lengths = {0};
        int bad;
        v->busy = 1;
        Py_BEGIN_ALLOW_THREADS
        bad = invert(v, order.buf, sections, &d, &lengths);
        Py_END_ALLOW_THREADS
        v->busy = 0;
        result = bad ? PyErr_NoMemory() : dictionary_result(&d, &lengths);
        dictionary_free(&d);
        free(lengths.data);
    }
    PyBuffer_Release(&order);
    return result;
}

PyMethodDef invert_methods[] = {
    {"finish", py_finish, METH_VARARGS, NULL},
    {NULL, NULL, 0, NULL},
};
