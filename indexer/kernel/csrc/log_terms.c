/* Inverting text: logs the terms of section after section, which invert.c sorts at the end. */
#include "hash.h"
#include "inverter.h"
#include "postings.h"
#include "utf8.h"

#define CLASSES 0x20000 /* characters in the table; those behind it are Han up to U+3FFFF */
#define CAPSULE "policysearch.inverter"
#define SEPARATOR 1 /* between parts; NUL is between words */
#define TOKENS 64   /* looked up together, so that none waits for the memory access of another */

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

inverter *inverter_of(PyObject *capsule)
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

/* The state of reading the parts. */
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

/* The class of a character for bigrams: 0 none, 1 a letter or digit, 3 Han. */
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

/* Adds the terms of a part to the open section, whose log begins at `start`. */
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

/* Adds a section: its terms are those of `count` parts. */
static void add_section(inverter *v, const uint8_t *numbers, size_t count, const uint8_t *weights)
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

static void add_sections(inverter *v, const Py_buffer *sections, const uint8_t *weights)
{
    size_t size = (size_t)sections->len / 4;
    for (size_t i = 0; i < size && !failed(v);) {
        uint32_t count = load32(sections->buf, i++);
        add_section(v, (const uint8_t *)sections->buf + 4 * i, count, weights);
        i += count;
    }
}

/* True if there are as many parts as weights, no weight is 0, and sections name existing parts. */
static int belong_together(const Py_buffer *text, const Py_buffer *weights, const Py_buffer *sections)
{
    const uint8_t *bytes = text->buf, *weight = weights->buf;
    Py_ssize_t parts = weights->len || text->len, size = sections->len / 4;
    for (Py_ssize_t i = 0; i < text->len; i++)
        parts += bytes[i] == SEPARATOR;
    for (Py_ssize_t i = 0; i < weights->len; i++)
        if (!weight[i])
            return 0;
    for (Py_ssize_t i = 0; i < size;) {
        uint32_t count = load32(sections->buf, (size_t)i++);
        if ((Py_ssize_t)count > size - i)
            return 0;
        for (; count; count--)
            if ((Py_ssize_t)load32(sections->buf, (size_t)i++) >= weights->len)
                return 0;
    }
    return parts == weights->len && sections->len % 4 == 0 && weights->len < UINT32_MAX;
}

/* Adds sections to an inverter; the classes are NULL where the parts are words. */
static PyObject *add(PyObject *capsule, const Py_buffer *text, const Py_buffer *weights,
                     const Py_buffer *sections, const uint8_t *classes)
{
    inverter *v = inverter_of(capsule);
    if (!v)
        return NULL;
    if (!belong_together(text, weights, sections)) {
        PyErr_SetString(PyExc_ValueError, "parts, weights and sections do not belong together");
        return NULL;
    }
    cursor c = {text->buf, (const uint8_t *)text->buf + text->len, classes, NULL, 0};
    v->busy = 1;
    Py_BEGIN_ALLOW_THREADS
    read_parts(v, c, (size_t)weights->len);
    add_sections(v, sections, weights->buf);
    Py_END_ALLOW_THREADS
    v->busy = 0;
    return failed(v) ? PyErr_NoMemory() : Py_NewRef(Py_None);
}

static PyObject *py_add_words(PyObject *self, PyObject *args)
{
    PyObject *capsule, *result;
    Py_buffer text, weights, sections;
    (void)self;
    if (!PyArg_ParseTuple(args, "Oy*y*y*", &capsule, &text, &weights, &sections))
        return NULL;
    result = add(capsule, &text, &weights, &sections, NULL);
    PyBuffer_Release(&text);
    PyBuffer_Release(&weights);
    PyBuffer_Release(&sections);
    return result;
}

static PyObject *py_add_bigrams(PyObject *self, PyObject *args)
{
    PyObject *capsule, *result = NULL;
    Py_buffer text, weights, sections, table;
    (void)self;
    if (!PyArg_ParseTuple(args, "Oy*y*y*y*", &capsule, &text, &weights, &sections, &table))
        return NULL;
    if (table.len != CLASSES)
        PyErr_SetString(PyExc_ValueError, "a table of 131072 classes is wanted");
    else
        result = add(capsule, &text, &weights, &sections, table.buf);
    PyBuffer_Release(&text);
    PyBuffer_Release(&weights);
    PyBuffer_Release(&sections);
    PyBuffer_Release(&table);
    return result;
}

PyMethodDef log_terms_methods[] = {
    {"inverter", py_inverter, METH_VARARGS, NULL},
    {"add_words", py_add_words, METH_VARARGS, NULL},
    {"add_bigrams", py_add_bigrams, METH_VARARGS, NULL},
    {NULL, NULL, 0, NULL},
};
