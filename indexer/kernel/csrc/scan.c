/* Packed texts, and sets in which a document stands for its sections. */
#include "texts.h"

/* Appends the text of the codes from p on, folded or as it stands. */
static int unpack(const packed *text, const uint8_t *p, const uint8_t *end, int folded,
                  buffer *out)
{
    size_t count = (size_t)text->table.len / 8, offset, size;
    while (p < end) {
        uint32_t code = next_code(&p, end);
        if (code >= count || place_of(text, code, folded, &offset, &size) < 0)
            return -1;
        buffer_bytes(out, (uint8_t *)text->symbols.buf + offset, size);
    }
    return out->failed ? -1 : 0;
}

/* The text of codes in UTF-8. */
static PyObject *py_unpack(PyObject *self, PyObject *args)
{
    packed text;
    int folded;
    buffer out = {0};
    PyObject *result = NULL;
    (void)self;
    if (!PyArg_ParseTuple(args, "y*y*y*p", &text.codes, &text.symbols, &text.table, &folded))
        return NULL;
    const uint8_t *codes = text.codes.buf;
    if (unpack(&text, codes, codes + text.codes.len, folded, &out) < 0)
        PyErr_SetString(PyExc_ValueError, "a text column is damaged");
    else
        result = PyBytes_FromStringAndSize((char *)out.data, (Py_ssize_t)out.size);
    free(out.data);
    release_packed(&text);
    return result;
}

/* The automaton of Knuth, Morris and Pratt for a needle: a state is how much of it the text read so
 * far ends with. Texts are fed to it by the symbol, of which most lead from 0 to the same state
 * again and again: those are kept. */
typedef struct {
    const uint8_t *needle;
    uint32_t length;
    uint32_t *shorter; /* of each beginning: its longest own beginning that ends it */
    uint32_t *after;   /* of each symbol: 1 + the state it leads to from 0, or 0 */
} automaton;

static int automaton_make(automaton *a, const Py_buffer *needle, const packed *text)
{
    a->needle = needle->buf;
    a->length = (uint32_t)needle->len;
    a->shorter = calloc((size_t)a->length + 1, sizeof *a->shorter);
    a->after = calloc((size_t)text->table.len / 8 + 1, sizeof *a->after);
    if (!a->shorter || !a->after)
        return -1;
    for (uint32_t i = 1, state = 0; i < a->length; i++) {
        while (state && a->needle[i] != a->needle[state])
            state = a->shorter[state];
        state += a->needle[i] == a->needle[state];
        a->shorter[i + 1] = state;
    }
    return 0;
}

static void automaton_free(automaton *a)
{
    free(a->shorter);
    free(a->after);
}

static uint32_t feed(const automaton *a, uint32_t state, const uint8_t *string, size_t size)
{
    for (size_t i = 0; i < size && state < a->length; i++) {
        while (state && string[i] != a->needle[state])
            state = a->shorter[state];
        state += string[i] == a->needle[state];
    }
    return state;
}

/* Whether the text of codes, folded, holds the needle; -1 where it is damaged. */
static int holds(automaton *a, const packed *text, const uint8_t *p, const uint8_t *end)
{
    size_t count = (size_t)text->table.len / 8;
    uint32_t state = 0;
    while (p < end && state < a->length) {
        uint32_t code = next_code(&p, end);
        if (code >= count)
            return -1;
        if (!state && a->after[code]) {
            state = a->after[code] - 1;
            continue;
        }
        size_t size, offset;
        if (place_of(text, code, 1, &offset, &size) < 0)
            return -1;
        uint32_t next = feed(a, state, (uint8_t *)text->symbols.buf + offset, size);
        if (!state)
            a->after[code] = next + 1;
        state = next;
    }
    return state == a->length;
}

static int scan(const packed *text, const Py_buffer *offsets, automaton *a, const Py_buffer *bits)
{
    uint8_t *map = bits->buf;
    const uint8_t *codes = text->codes.buf;
    uint32_t count = (uint32_t)(offsets->len / 4 - 1);
    for (uint32_t i = 0; i < count; i++) {
        if (!map[i >> 3]) {
            i |= 7;
            continue;
        }
        if (!bit(map, i))
            continue;
        uint32_t from = load32(offsets->buf, i), to = load32(offsets->buf, i + 1);
        if (from > to || to > (uint64_t)text->codes.len)
            return -1;
        int held = holds(a, text, codes + from, codes + to);
        if (held < 0)
            return -1;
        if (!held)
            map[i >> 3] &= (uint8_t)~(1u << (i & 7));
    }
    return 0;
}

/* Keeps of a bitmap the entries of a text column that hold the needle (UTF-8), folded. */
static PyObject *py_scan(PyObject *self, PyObject *args)
{
    packed text;
    Py_buffer offsets, needle, bits;
    automaton a = {0};
    int state = -1;
    (void)self;
    if (!PyArg_ParseTuple(args, "y*y*y*y*y*w*", &text.codes, &offsets, &text.symbols,
                          &text.table, &needle, &bits))
        return NULL;
    if (offsets.len >= 4 && needle.len && needle.len < INT32_MAX &&
        bits.len >= (offsets.len / 4 - 1 + 7) / 8) {
        Py_BEGIN_ALLOW_THREADS
        state = automaton_make(&a, &needle, &text) < 0 ? -2 : scan(&text, &offsets, &a, &bits);
        Py_END_ALLOW_THREADS
    }
    automaton_free(&a);
    release_packed(&text);
    PyBuffer_Release(&offsets);
    PyBuffer_Release(&needle);
    PyBuffer_Release(&bits);
    if (!state)
        return Py_NewRef(Py_None);
    if (state == -2)
        return PyErr_NoMemory();
    PyErr_SetString(PyExc_ValueError, "a text column is damaged");
    return NULL;
}

/* SectionSet first[d] up to first[d + 1] belong to document d. */
static int well_formed(const Py_buffer *first, uint32_t sections)
{
    if (first->len < 4 || load32(first->buf, (size_t)first->len / 4 - 1) != sections)
        return 0;
    for (size_t i = 0; i + 1 < (size_t)first->len / 4; i++)
        if (load32(first->buf, i) > load32(first->buf, i + 1))
            return 0;
    return 1;
}

static void set_range(uint8_t *map, uint32_t from, uint32_t to)
{
    for (; from < to && from & 7; from++)
        set_bit(map, from);
    if (to - from >= 8)
        memset(map + (from >> 3), 255, (to - from) >> 3);
    for (from += (to - from) & ~7u; from < to; from++)
        set_bit(map, from);
}

/* The sections of a set of documents. */
static PyObject *py_expand(PyObject *self, PyObject *args)
{
    Py_buffer documents, first;
    PyObject *result = NULL;
    (void)self;
    if (!PyArg_ParseTuple(args, "y*y*", &documents, &first))
        return NULL;
    uint32_t sections = first.len >= 4 ? load32(first.buf, (size_t)first.len / 4 - 1) : 0;
    if (!well_formed(&first, sections) || documents.len < (first.len / 4 - 1 + 7) / 8) {
        PyErr_SetString(PyExc_ValueError, "the column of first sections is damaged");
    } else {
        Py_ssize_t size = ((Py_ssize_t)sections + 7) / 8;
        uint8_t *map = calloc((size_t)size + 1, 1);
        if (map) {
            for (uint32_t d = 0; d < (uint32_t)(first.len / 4 - 1); d++)
                if (bit(documents.buf, d))
                    set_range(map, load32(first.buf, d), load32(first.buf, d + 1));
            result = PyByteArray_FromStringAndSize((char *)map, size);
        } else {
            PyErr_NoMemory();
        }
        free(map);
    }
    PyBuffer_Release(&documents);
    PyBuffer_Release(&first);
    return result;
}

static uint32_t ones(const uint8_t *map, uint32_t from, uint32_t to)
{
    uint32_t count = 0;
    for (; from < to && from & 7; from++)
        count += (uint32_t)bit(map, from);
    for (; from + 8 <= to; from += 8) {
        uint32_t x = map[from >> 3];
        x = (x & 0x55) + (x >> 1 & 0x55);
        x = (x & 0x33) + (x >> 2 & 0x33);
        count += (x & 15) + (x >> 4);
    }
    for (; from < to; from++)
        count += (uint32_t)bit(map, from);
    return count;
}

/* How many sections of a set each document has: 32 bits each. */
static PyObject *py_tally(PyObject *self, PyObject *args)
{
    Py_buffer bits, first;
    PyObject *result = NULL;
    (void)self;
    if (!PyArg_ParseTuple(args, "y*y*", &bits, &first))
        return NULL;
    size_t documents = first.len >= 4 ? (size_t)first.len / 4 - 1 : 0;
    uint32_t sections = first.len >= 4 ? load32(first.buf, documents) : 0;
    if (!well_formed(&first, sections) || (size_t)bits.len < ((size_t)sections + 7) / 8) {
        PyErr_SetString(PyExc_ValueError, "the column of first sections is damaged");
    } else if ((result = PyBytes_FromStringAndSize(NULL, (Py_ssize_t)documents * 4))) {
        uint8_t *out = (uint8_t *)PyBytes_AsString(result);
        for (size_t d = 0; d < documents; d++)
            store32(out, d, ones(bits.buf, load32(first.buf, d), load32(first.buf, d + 1)));
    }
    PyBuffer_Release(&bits);
    PyBuffer_Release(&first);
    return result;
}

/* Adds counts[entry] to totals[group] over parallel arrays of entries and groups. */
static PyObject *py_group(PyObject *self, PyObject *args)
{
    Py_buffer counts, entries, groups, totals;
    int good;
    (void)self;
    if (!PyArg_ParseTuple(args, "y*y*y*w*", &counts, &entries, &groups, &totals))
        return NULL;
    good = entries.len == groups.len;
    for (size_t i = 0; good && i < (size_t)entries.len / 4; i++) {
        uint32_t entry = load32(entries.buf, i), group = load32(groups.buf, i);
        good = entry < (size_t)counts.len / 4 && group < (size_t)totals.len / 4;
        if (good)
            store32(totals.buf, group, load32(totals.buf, group) + load32(counts.buf, entry));
    }
    PyBuffer_Release(&counts);
    PyBuffer_Release(&entries);
    PyBuffer_Release(&groups);
    PyBuffer_Release(&totals);
    if (good)
        return Py_NewRef(Py_None);
    PyErr_SetString(PyExc_ValueError, "an entry or a group is out of range");
    return NULL;
}

typedef enum { AND, OR, WITHOUT } operation;

static PyObject *combine(PyObject *args, operation op)
{
    Py_buffer target, other;
    if (!PyArg_ParseTuple(args, "w*y*", &target, &other))
        return NULL;
    uint8_t *x = target.buf;
    const uint8_t *y = other.buf;
    int good = target.len == other.len;
    for (Py_ssize_t i = 0; good && i < target.len; i++)
        x[i] = op == AND ? x[i] & y[i] : op == OR ? x[i] | y[i] : (uint8_t)(x[i] & ~y[i]);
    PyBuffer_Release(&target);
    PyBuffer_Release(&other);
    if (good)
        return Py_NewRef(Py_None);
    PyErr_SetString(PyExc_ValueError, "bitmaps of different sizes");
    return NULL;
}

static PyObject *py_conjoin(PyObject *self, PyObject *args)
{
    (void)self;
    return combine(args, AND);
}

static PyObject *py_disjoin(PyObject *self, PyObject *args)
{
    (void)self;
    return combine(args, OR);
}

static PyObject *py_subtract(PyObject *self, PyObject *args)
{
    (void)self;
    return combine(args, WITHOUT);
}

static PyObject *py_count(PyObject *self, PyObject *args)
{
    Py_buffer bits;
    (void)self;
    if (!PyArg_ParseTuple(args, "y*", &bits))
        return NULL;
    unsigned long long total = 0;
    for (Py_ssize_t i = 0; i < bits.len; i++)
        total += ones((uint8_t *)bits.buf + i, 0, 8);
    PyBuffer_Release(&bits);
    return PyLong_FromUnsignedLongLong(total);
}

PyMethodDef column_methods[] = {
    {"unpack", py_unpack, METH_VARARGS, NULL},
    {"scan", py_scan, METH_VARARGS, NULL},
    {"expand", py_expand, METH_VARARGS, NULL},
    {"tally", py_tally, METH_VARARGS, NULL},
    {"group", py_group, METH_VARARGS, NULL},
    {"conjoin", py_conjoin, METH_VARARGS, NULL},
    {"disjoin", py_disjoin, METH_VARARGS, NULL},
    {"subtract", py_subtract, METH_VARARGS, NULL},
    {"count", py_count, METH_VARARGS, NULL},
    {NULL, NULL, 0, NULL},
};
