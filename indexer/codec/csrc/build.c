/* Inverting text: an inverter logs the terms of unit after unit and sorts them at the end. */
#include "kernel.h"

#define CLASSES 0x20000 /* characters in the table; those behind it are Han up to U+3FFFF */
#define CAPSULE "policysearch.inverter"

typedef struct {
    uint64_t key;
    uint32_t id; /* plus 1; 0 marks a free slot */
} slot;

typedef struct {
    uint64_t seed;
    slot *slots;
    size_t mask, used;
    buffer arena, offsets; /* bytes of all terms; where each begins */
    buffer terms, weights; /* the log: a term and its weight per occurrence */
    buffer starts;         /* where each finished unit's part of the log begins */
    buffer lengths;        /* of each finished unit, in eighths */
    uint64_t length;       /* of the open unit */
} inverter;

static void inverter_free(inverter *v)
{
    free(v->slots);
    free(v->arena.data);
    free(v->offsets.data);
    free(v->terms.data);
    free(v->weights.data);
    free(v->starts.data);
    free(v->lengths.data);
    free(v);
}

static void capsule_free(PyObject *capsule)
{
    inverter_free(PyCapsule_GetPointer(capsule, CAPSULE));
}

static int failed(const inverter *v)
{
    return v->arena.failed | v->offsets.failed | v->terms.failed | v->weights.failed |
           v->starts.failed | v->lengths.failed;
}

static PyObject *py_inverter(PyObject *self, PyObject *args)
{
    unsigned long long seed;
    (void)self;
    if (!PyArg_ParseTuple(args, "K", &seed))
        return NULL;
    inverter *v = calloc(1, sizeof *v);
    if (!v)
        return PyErr_NoMemory();
    v->seed = seed;
    v->mask = (1u << 12) - 1;
    v->slots = calloc(v->mask + 1, sizeof *v->slots);
    PyObject *capsule = v->slots ? PyCapsule_New(v, CAPSULE, capsule_free) : NULL;
    if (!capsule) {
        inverter_free(v);
        return PyErr_Occurred() ? NULL : PyErr_NoMemory();
    }
    return capsule;
}

static uint64_t mix(uint64_t h)
{
    h ^= h >> 32;
    h *= 0x9E3779B97F4A7C15u;
    h ^= h >> 29;
    h *= 0xBF58476D1CE4E5B9u;
    return h ^ h >> 32;
}

static uint64_t hash(const uint8_t *p, size_t size, uint64_t seed)
{
    uint64_t h = seed ^ size;
    for (; size >= 8; p += 8, size -= 8)
        h = mix(h ^ load64(p, 0));
    uint64_t tail = 0;
    memcpy(&tail, p, size);
    return mix(h ^ tail);
}

static int grow(inverter *v)
{
    size_t mask = v->mask * 2 + 1;
    slot *slots = calloc(mask + 1, sizeof *slots);
    if (!slots)
        return -1;
    for (size_t i = 0; i <= v->mask; i++) {
        if (!v->slots[i].id)
            continue;
        size_t at = mix(v->slots[i].key ^ v->seed) & mask;
        while (slots[at].id)
            at = (at + 1) & mask;
        slots[at] = v->slots[i];
    }
    free(v->slots);
    v->slots = slots;
    v->mask = mask;
    return 0;
}

static size_t term_size(const inverter *v, uint32_t id)
{
    size_t end = (id + 1) * sizeof(uint32_t) < v->offsets.size ? load32(v->offsets.data, id + 1)
                                                               : v->arena.size;
    return end - load32(v->offsets.data, id);
}

/* The id of a term, new or known. A short term is its own key; equal keys are equal terms then. */
static uint32_t intern(inverter *v, const uint8_t *term, size_t size)
{
    int exact = size < 8;
    uint64_t key = exact ? (uint64_t)size << 56 : hash(term, size, v->seed) | 1ull << 63;
    if (exact)
        memcpy(&key, term, size);
    size_t at = mix(key ^ v->seed) & v->mask;
    for (; v->slots[at].id; at = (at + 1) & v->mask) {
        uint32_t id = v->slots[at].id - 1;
        if (v->slots[at].key != key)
            continue;
        if (exact || (term_size(v, id) == size &&
                      !memcmp(v->arena.data + load32(v->offsets.data, id), term, size)))
            return id;
    }
    uint32_t id = (uint32_t)v->used, offset = (uint32_t)v->arena.size;
    if (v->arena.size + size > UINT32_MAX) {
        v->arena.failed = 1;
        return 0;
    }
    buffer_bytes(&v->offsets, &offset, sizeof offset);
    buffer_bytes(&v->arena, term, size);
    v->slots[at].key = key;
    v->slots[at].id = id + 1;
    if (++v->used * 2 > v->mask && grow(v) < 0)
        v->arena.failed = 1;
    return id;
}

static void record(inverter *v, uint32_t id, uint8_t weight)
{
    buffer_bytes(&v->terms, &id, sizeof id);
    buffer_byte(&v->weights, weight);
    v->length += weight;
}

static inverter *arguments(PyObject *capsule, int weight)
{
    if (weight < 1 || weight > 255) {
        PyErr_SetString(PyExc_ValueError, "a weight is 1 to 255 eighths");
        return NULL;
    }
    return PyCapsule_GetPointer(capsule, CAPSULE);
}

static PyObject *outcome(const inverter *v)
{
    if (failed(v))
        return PyErr_NoMemory();
    return Py_NewRef(Py_None);
}

static PyObject *py_add_words(PyObject *self, PyObject *args)
{
    PyObject *capsule;
    Py_buffer text;
    int weight;
    (void)self;
    if (!PyArg_ParseTuple(args, "Oy*i", &capsule, &text, &weight))
        return NULL;
    inverter *v = arguments(capsule, weight);
    PyObject *result = NULL;
    if (v) {
        const uint8_t *p = text.buf, *end = p + text.len;
        while (p < end) {
            const uint8_t *stop = memchr(p, 0, (size_t)(end - p));
            size_t size = (size_t)((stop ? stop : end) - p);
            if (size)
                record(v, intern(v, p, size), (uint8_t)weight);
            p += size + 1;
        }
        result = outcome(v);
    }
    PyBuffer_Release(&text);
    return result;
}

/* The code point at p (UTF-16), moving p behind it; a lone surrogate stands for itself. */
static uint32_t next_char(const uint8_t **p, const uint8_t *end)
{
    uint32_t c = (uint32_t)((*p)[0] | (*p)[1] << 8);
    *p += 2;
    if ((c & 0xFC00) != 0xD800 || end - *p < 2)
        return c;
    uint32_t low = (uint32_t)((*p)[0] | (*p)[1] << 8);
    if ((low & 0xFC00) != 0xDC00)
        return c;
    *p += 2;
    return 0x10000 + ((c & 0x3FF) << 10) + (low & 0x3FF);
}

static size_t put_utf8(uint8_t *out, uint32_t c)
{
    if (c < 0x80) {
        out[0] = (uint8_t)c;
        return 1;
    }
    size_t size = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    static const uint8_t lead[] = {0, 0, 0xC0, 0xE0, 0xF0};
    for (size_t i = size - 1; i > 0; i--, c >>= 6)
        out[i] = (uint8_t)(0x80 | (c & 0x3F));
    out[0] = (uint8_t)(lead[size] | c);
    return size;
}

/* What a character is to a bigram: 0 nothing, 1 a letter or digit, 3 Han. */
static uint8_t class_of(const uint8_t *table, uint32_t c)
{
    return c < CLASSES ? table[c] : c < 0x40000 ? 3 : 0;
}

static void add_bigram(inverter *v, uint32_t first, uint32_t second, uint8_t weight)
{
    uint8_t term[8];
    size_t size = put_utf8(term, first);
    size += put_utf8(term + size, second);
    record(v, intern(v, term, size), weight);
}

static PyObject *py_add_bigrams(PyObject *self, PyObject *args)
{
    PyObject *capsule;
    Py_buffer text, table;
    int weight;
    (void)self;
    if (!PyArg_ParseTuple(args, "Oy*y*i", &capsule, &text, &table, &weight))
        return NULL;
    inverter *v = arguments(capsule, weight);
    PyObject *result = NULL;
    if (v && (table.len != CLASSES || text.len % 2)) {
        PyErr_SetString(PyExc_ValueError, "UTF-16 and a table of 131072 classes are wanted");
    } else if (v) {
        const uint8_t *p = text.buf, *end = p + text.len;
        uint32_t previous = 0;
        uint8_t before = 0;
        while (p < end) {
            uint32_t c = next_char(&p, end);
            uint8_t now = class_of(table.buf, c);
            if (before && now && (before | now) == 3)
                add_bigram(v, previous, c, (uint8_t)weight);
            previous = c;
            before = now;
        }
        result = outcome(v);
    }
    PyBuffer_Release(&text);
    PyBuffer_Release(&table);
    return result;
}

static PyObject *py_end_unit(PyObject *self, PyObject *capsule)
{
    (void)self;
    inverter *v = PyCapsule_GetPointer(capsule, CAPSULE);
    if (!v)
        return NULL;
    uint64_t end = v->weights.size;
    uint32_t length = v->length > UINT32_MAX ? UINT32_MAX : (uint32_t)v->length;
    buffer_bytes(&v->starts, &end, sizeof end);
    buffer_bytes(&v->lengths, &length, sizeof length);
    v->length = 0;
    return outcome(v);
}

static PyObject *py_load(PyObject *self, PyObject *capsule)
{
    (void)self;
    inverter *v = PyCapsule_GetPointer(capsule, CAPSULE);
    if (!v)
        return NULL;
    return PyLong_FromSize_t(v->weights.size);
}

/* --- the end: sorting ----------------------------------------------------------------------- */

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
        e->term = v->arena.data + load32(v->offsets.data, id);
        e->size = (uint32_t)term_size(v, id);
        e->prefix = term_prefix(e->term, e->size);
    }
    if (entries)
        qsort(entries, v->used, sizeof *entries, by_term);
    return entries;
}

typedef struct {
    size_t *begin, *end; /* per term: its postings so far */
    uint32_t *docs, *tfs;
} table;

static int table_make(table *t, const inverter *v)
{
    size_t count = v->weights.size;
    t->begin = calloc(v->used + 1, sizeof *t->begin);
    t->end = malloc((v->used + 1) * sizeof *t->end);
    t->docs = malloc((count + 1) * sizeof *t->docs);
    t->tfs = malloc((count + 1) * sizeof *t->tfs);
    if (!t->begin || !t->end || !t->docs || !t->tfs)
        return -1;
    for (size_t i = 0; i < count; i++)
        t->begin[load32(v->terms.data, i) + 1]++;
    for (size_t id = 0; id < v->used; id++)
        t->begin[id + 1] += t->begin[id];
    memcpy(t->end, t->begin, v->used * sizeof *t->end);
    return 0;
}

static void table_free(table *t)
{
    free(t->begin);
    free(t->end);
    free(t->docs);
    free(t->tfs);
}

/* Spreads the log over the terms, units in the new order, adding up a unit's occurrences. */
static void table_fill(table *t, const inverter *v, const uint8_t *order, uint32_t units)
{
    for (uint32_t doc = 0; doc < units; doc++) {
        uint32_t unit = load32(order, doc);
        size_t i = unit ? (size_t)load64(v->starts.data, unit - 1) : 0;
        size_t stop = (size_t)load64(v->starts.data, unit);
        for (; i < stop; i++) {
            uint32_t id = load32(v->terms.data, i);
            size_t at = t->end[id];
            if (at > t->begin[id] && t->docs[at - 1] == doc) {
                t->tfs[at - 1] += v->weights.data[i];
                continue;
            }
            t->docs[at] = doc;
            t->tfs[at] = v->weights.data[i];
            t->end[id]++;
        }
    }
}

static int invert(const inverter *v, const uint8_t *order, uint32_t units, dictionary *d,
                  buffer *lengths)
{
    table t = {0};
    entry *entries = sorted_terms(v);
    uint8_t *codes = malloc(units + 1u);
    int bad = !entries || !codes || table_make(&t, v) < 0;
    if (!bad) {
        table_fill(&t, v, order, units);
        for (uint32_t doc = 0; doc < units; doc++)
            buffer_bytes(lengths, v->lengths.data + 4 * (size_t)load32(order, doc), 4);
    }
    bad |= lengths->failed;
    norms n = norms_of(lengths->data, bad ? 0 : units);
    for (size_t i = 0; !bad && i < v->used; i++) {
        size_t begin = t.begin[entries[i].id], df = t.end[entries[i].id] - begin;
        for (size_t j = 0; j < df; j++)
            codes[j] = tf_encode(t.tfs[begin + j]);
        if (df)
            dictionary_add(d, entries[i].term, entries[i].size, t.docs + begin, codes, df, n);
    }
    table_free(&t);
    free(entries);
    free(codes);
    return bad ? -1 : 0;
}

static int is_permutation(const uint8_t *order, uint32_t units)
{
    uint8_t *seen = calloc(units / 8 + 1u, 1);
    int good = seen != NULL;
    for (uint32_t i = 0; good && i < units; i++) {
        uint32_t unit = load32(order, i);
        good = unit < units && !bit(seen, unit);
        if (good)
            set_bit(seen, unit);
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
    inverter *v = PyCapsule_GetPointer(capsule, CAPSULE);
    uint32_t units = v ? (uint32_t)(v->lengths.size / 4) : 0;
    if (v && ((size_t)order.len != v->lengths.size || !is_permutation(order.buf, units))) {
        PyErr_SetString(PyExc_ValueError, "the order is no permutation of the units");
    } else if (v) {
        dictionary d = {0};
        buffer lengths = {0};
        int bad;
        Py_BEGIN_ALLOW_THREADS
        bad = invert(v, order.buf, units, &d, &lengths);
        Py_END_ALLOW_THREADS
        result = bad ? PyErr_NoMemory() : dictionary_result(&d, &lengths);
        dictionary_free(&d);
        free(lengths.data);
    }
    PyBuffer_Release(&order);
    return result;
}

PyMethodDef build_methods[] = {
    {"inverter", py_inverter, METH_VARARGS, NULL},
    {"add_words", py_add_words, METH_VARARGS, NULL},
    {"add_bigrams", py_add_bigrams, METH_VARARGS, NULL},
    {"end_unit", py_end_unit, METH_O, NULL},
    {"load", py_load, METH_O, NULL},
    {"finish", py_finish, METH_VARARGS, NULL},
    {NULL, NULL, 0, NULL},
};
