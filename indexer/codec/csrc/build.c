/* Inverting text: an inverter logs the terms of unit after unit and sorts them at the end. */
#include "kernel.h"

#define CLASSES 0x20000 /* characters in the table; those behind it are Han up to U+3FFFF */
#define CAPSULE "policysearch.inverter"
#define SEPARATOR 1 /* between parts; NUL is between words */
#define TOKENS 64   /* looked up together, so that none waits for the memory of the one before */
#define AHEAD 16    /* terms brought near before they are counted */

typedef struct {
    uint64_t key;
    uint32_t id; /* plus 1; 0 marks a free slot */
} slot;

/* `place` is where the last unit that has the term has it in the log, plus 1. */
typedef struct {
    uint32_t offset, df, place; /* the bytes of a term end where those of the next begin */
} term;

typedef struct {
    uint64_t seed;
    slot *slots;
    size_t mask, used;
    buffer arena, terms;    /* bytes of all terms; what is known of each */
    buffer ids, codes;      /* the log: a term and the code of its frequency in a unit */
    buffer starts;          /* where each unit's part of the log ends */
    buffer lengths;         /* of each unit, in eighths */
    buffer frequencies;     /* of the open unit's terms, in eighths */
    buffer read, ends;      /* the terms of the parts at hand; where each part's end */
    int busy;               /* a thread that let go of the interpreter is at work */
} inverter;

static void inverter_free(inverter *v)
{
    buffer *all[] = {&v->arena,   &v->terms,       &v->ids,  &v->codes, &v->starts,
                     &v->lengths, &v->frequencies, &v->read, &v->ends};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        free(all[i]->data);
    free(v->slots);
    free(v);
}

static void capsule_free(PyObject *capsule)
{
    inverter_free(PyCapsule_GetPointer(capsule, CAPSULE));
}

static int failed(const inverter *v)
{
    return v->arena.failed | v->terms.failed | v->ids.failed | v->codes.failed |
           v->starts.failed | v->lengths.failed | v->frequencies.failed | v->read.failed |
           v->ends.failed;
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

/* The inverter of a capsule, which no other thread is using. */
static inverter *inverter_of(PyObject *capsule)
{
    inverter *v = PyCapsule_GetPointer(capsule, CAPSULE);
    if (v && v->busy) {
        PyErr_SetString(PyExc_RuntimeError, "another thread is using this inverter");
        return NULL;
    }
    return v;
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

static inline term *terms_of(const inverter *v)
{
    return (term *)v->terms.data;
}

static size_t term_size(const inverter *v, uint32_t id)
{
    size_t end = id + 1u < v->used ? terms_of(v)[id + 1].offset : v->arena.size;
    return end - terms_of(v)[id].offset;
}

/* An occurrence of a term, and what it is found by. A term below 8 bytes is its own key. */
typedef struct {
    const uint8_t *text;
    size_t size;
    uint64_t key, place;
} token;

static inline token token_of(const inverter *v, const uint8_t *text, size_t size)
{
    token t = {text, size, (uint64_t)size << 56, 0};
    if (size < 8)
        memcpy(&t.key, text, size);
    else
        t.key = hash_of(text, size, v->seed) | 1ull << 63;
    t.place = mix(t.key ^ v->seed);
    PREFETCH(v->slots + (t.place & v->mask));
    return t;
}

/* The id of a term, new or known. */
static uint32_t intern(inverter *v, const token *t)
{
    size_t at = t->place & v->mask;
    for (; v->slots[at].id; at = (at + 1) & v->mask) {
        uint32_t id = v->slots[at].id - 1;
        if (v->slots[at].key != t->key)
            continue;
        if (t->size < 8 || (term_size(v, id) == t->size &&
                            !memcmp(v->arena.data + terms_of(v)[id].offset, t->text, t->size)))
            return id;
    }
    uint32_t id = (uint32_t)v->used;
    term new = {(uint32_t)v->arena.size, 0, 0};
    if (v->arena.size + t->size > UINT32_MAX) {
        v->arena.failed = 1;
        return 0;
    }
    buffer_bytes(&v->terms, &new, sizeof new);
    buffer_bytes(&v->arena, t->text, t->size);
    if (v->terms.failed | v->arena.failed)
        return 0;
    v->slots[at] = (slot){t->key, id + 1};
    if (++v->used * 2 > v->mask && grow(v) < 0)
        v->arena.failed = 1;
    return id;
}

/* Where reading the parts has come to. */
typedef struct {
    const uint8_t *p, *end;
    const uint8_t *classes;  /* of characters; NULL where the parts are words */
    const uint8_t *previous; /* character of the part */
    uint8_t before;          /* its class; 0 at the beginning */
} cursor;

/* The next words of the part, TOKENS at most. */
static size_t next_words(const inverter *v, cursor *c, token *tokens)
{
    size_t count = 0;
    while (count < TOKENS && c->p < c->end && *c->p != SEPARATOR) {
        const uint8_t *start = c->p;
        while (c->p < c->end && *c->p > SEPARATOR)
            c->p++;
        if (c->p > start)
            tokens[count++] = token_of(v, start, (size_t)(c->p - start));
        if (c->p < c->end && !*c->p)
            c->p++;
    }
    return count;
}

/* What a character is to a bigram: 0 nothing, 1 a letter or digit, 3 Han. */
static uint8_t class_of(const uint8_t *table, uint32_t c)
{
    return c < CLASSES ? table[c] : c < 0x40000 ? 3 : 0;
}

/* The next bigrams of the part that rank, TOKENS at most. */
static size_t next_bigrams(const inverter *v, cursor *c, token *tokens)
{
    size_t count = 0;
    while (count < TOKENS && c->p < c->end && *c->p != SEPARATOR) {
        const uint8_t *start = c->p;
        uint8_t now = class_of(c->classes, next_character(&c->p, c->end));
        if (c->before && now && (c->before | now) == 3)
            tokens[count++] = token_of(v, c->previous, (size_t)(c->p - c->previous));
        c->previous = start;
        c->before = now;
    }
    return count;
}

/* Reads the terms of all parts. */
static void read_parts(inverter *v, cursor c, size_t parts)
{
    token tokens[TOKENS];
    v->read.size = v->ends.size = 0;
    for (size_t i = 0; i < parts && !failed(v); i++) {
        size_t count;
        c.before = 0;
        while ((count = c.classes ? next_bigrams(v, &c, tokens) : next_words(v, &c, tokens))) {
            if (buffer_reserve(&v->read, count * sizeof(uint32_t)) < 0)
                return;
            for (size_t j = 0; j < count; j++)
                push32(&v->read, intern(v, tokens + j));
        }
        uint64_t end = v->read.size / sizeof(uint32_t);
        buffer_bytes(&v->ends, &end, sizeof end);
        c.p += c.p < c.end;
    }
}

/* Adds the terms of a part to the open unit, whose log begins at `start`. */
static void record(inverter *v, uint32_t part, uint8_t weight, size_t start)
{
    size_t i = part ? (size_t)load64(v->ends.data, part - 1) : 0;
    size_t end = (size_t)load64(v->ends.data, part);
    if (buffer_reserve(&v->ids, 4 * (end - i)) < 0 ||
        buffer_reserve(&v->frequencies, 4 * (end - i)) < 0)
        return;
    for (; i < end; i++) {
        if (i + AHEAD < end)
            PREFETCH(terms_of(v) + load32(v->read.data, i + AHEAD));
        uint32_t id = load32(v->read.data, i), eighths = weight;
        term *t = terms_of(v) + id;
        if (t->place > start) {
            size_t at = t->place - start - 1;
            eighths += load32(v->frequencies.data, at);
            store32(v->frequencies.data, at, eighths < weight ? UINT32_MAX : eighths);
            continue;
        }
        push32(&v->ids, id);
        push32(&v->frequencies, eighths);
        t->place = (uint32_t)(v->ids.size / sizeof id);
        t->df++;
    }
}

/* Adds a unit: its terms are those of `count` parts. */
static void add_unit(inverter *v, const uint8_t *numbers, size_t count, const uint8_t *weights)
{
    size_t start = v->ids.size / sizeof(uint32_t);
    uint64_t length = 0;
    v->frequencies.size = 0;
    for (size_t i = 0; i < count && !failed(v); i++) {
        uint32_t part = load32(numbers, i);
        uint64_t from = part ? load64(v->ends.data, part - 1) : 0;
        length += (load64(v->ends.data, part) - from) * weights[part];
        record(v, part, weights[part], start);
    }
    size_t terms = v->frequencies.size / 4;
    if (buffer_reserve(&v->codes, terms) < 0)
        return;
    for (size_t i = 0; i < terms; i++)
        v->codes.data[v->codes.size++] = tf_encode(load32(v->frequencies.data, i));
    uint64_t end = v->ids.size / sizeof(uint32_t);
    uint32_t shown = length > UINT32_MAX ? UINT32_MAX : (uint32_t)length;
    buffer_bytes(&v->starts, &end, sizeof end);
    buffer_bytes(&v->lengths, &shown, sizeof shown);
    v->ids.failed |= end >= UINT32_MAX;
}

static void add_units(inverter *v, const Py_buffer *units, const uint8_t *weights)
{
    size_t size = (size_t)units->len / 4;
    for (size_t i = 0; i < size && !failed(v);) {
        uint32_t count = load32(units->buf, i++);
        add_unit(v, (const uint8_t *)units->buf + 4 * i, count, weights);
        i += count;
    }
}

/* Whether there are as many parts as weights, none of these 0, and the units name such parts. */
static int belong_together(const Py_buffer *text, const Py_buffer *weights, const Py_buffer *units)
{
    const uint8_t *bytes = text->buf, *weight = weights->buf;
    Py_ssize_t parts = weights->len || text->len, size = units->len / 4;
    for (Py_ssize_t i = 0; i < text->len; i++)
        parts += bytes[i] == SEPARATOR;
    for (Py_ssize_t i = 0; i < weights->len; i++)
        if (!weight[i])
            return 0;
    for (Py_ssize_t i = 0; i < size;) {
        uint32_t count = load32(units->buf, (size_t)i++);
        if ((Py_ssize_t)count > size - i)
            return 0;
        for (; count; count--)
            if ((Py_ssize_t)load32(units->buf, (size_t)i++) >= weights->len)
                return 0;
    }
    return parts == weights->len && units->len % 4 == 0 && weights->len < UINT32_MAX;
}

/* Adds units to an inverter; the classes are NULL where the parts are words. */
static PyObject *add(PyObject *capsule, const Py_buffer *text, const Py_buffer *weights,
                     const Py_buffer *units, const uint8_t *classes)
{
    inverter *v = inverter_of(capsule);
    if (!v)
        return NULL;
    if (!belong_together(text, weights, units)) {
        PyErr_SetString(PyExc_ValueError, "parts, weights and units do not belong together");
        return NULL;
    }
    cursor c = {text->buf, (const uint8_t *)text->buf + text->len, classes, NULL, 0};
    v->busy = 1;
    Py_BEGIN_ALLOW_THREADS
    read_parts(v, c, (size_t)weights->len);
    add_units(v, units, weights->buf);
    Py_END_ALLOW_THREADS
    v->busy = 0;
    return failed(v) ? PyErr_NoMemory() : Py_NewRef(Py_None);
}

static PyObject *py_add_words(PyObject *self, PyObject *args)
{
    PyObject *capsule, *result;
    Py_buffer text, weights, units;
    (void)self;
    if (!PyArg_ParseTuple(args, "Oy*y*y*", &capsule, &text, &weights, &units))
        return NULL;
    result = add(capsule, &text, &weights, &units, NULL);
    PyBuffer_Release(&text);
    PyBuffer_Release(&weights);
    PyBuffer_Release(&units);
    return result;
}

static PyObject *py_add_bigrams(PyObject *self, PyObject *args)
{
    PyObject *capsule, *result = NULL;
    Py_buffer text, weights, units, table;
    (void)self;
    if (!PyArg_ParseTuple(args, "Oy*y*y*y*", &capsule, &text, &weights, &units, &table))
        return NULL;
    if (table.len != CLASSES)
        PyErr_SetString(PyExc_ValueError, "a table of 131072 classes is wanted");
    else
        result = add(capsule, &text, &weights, &units, table.buf);
    PyBuffer_Release(&text);
    PyBuffer_Release(&weights);
    PyBuffer_Release(&units);
    PyBuffer_Release(&table);
    return result;
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
    uint32_t *next; /* by term: where its next posting goes */
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

/* Spreads the log over the terms, units in the new order. */
static void table_fill(table *t, const inverter *v, const uint8_t *order, uint32_t units)
{
    const uint8_t *ids = v->ids.data;
    for (uint32_t doc = 0; doc < units; doc++) {
        uint32_t unit = load32(order, doc);
        size_t i = unit ? (size_t)load64(v->starts.data, unit - 1) : 0;
        size_t stop = (size_t)load64(v->starts.data, unit);
        for (; i < stop; i++) {
            if (i + AHEAD < stop)
                PREFETCH(t->next + load32(ids, i + AHEAD));
            uint32_t at = t->next[load32(ids, i)]++;
            t->docs[at] = doc;
            t->codes[at] = v->codes.data[i];
        }
    }
}

static int invert(const inverter *v, const uint8_t *order, uint32_t units, dictionary *d,
                  buffer *lengths)
{
    table t = {0};
    entry *entries = sorted_terms(v);
    int bad = !entries || table_make(&t, v, entries) < 0;
    if (!bad) {
        table_fill(&t, v, order, units);
        for (uint32_t doc = 0; doc < units; doc++)
            buffer_bytes(lengths, v->lengths.data + 4 * (size_t)load32(order, doc), 4);
    }
    bad |= lengths->failed;
    norms n = norms_of(lengths->data, bad ? 0 : units);
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
    inverter *v = inverter_of(capsule);
    uint32_t units = v ? (uint32_t)(v->lengths.size / 4) : 0;
    if (v && ((size_t)order.len != v->lengths.size || !is_permutation(order.buf, units))) {
        PyErr_SetString(PyExc_ValueError, "the order is no permutation of the units");
    } else if (v) {
        dictionary d = {0};
        buffer lengths = {0};
        int bad;
        v->busy = 1;
        Py_BEGIN_ALLOW_THREADS
        bad = invert(v, order.buf, units, &d, &lengths);
        Py_END_ALLOW_THREADS
        v->busy = 0;
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
    {"finish", py_finish, METH_VARARGS, NULL},
    {NULL, NULL, 0, NULL},
};
