/* Reads packed texts as UTF-8, and searches them for a phrase without unpacking them. */
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

/* Returns the text of codes in UTF-8. */
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

/* The automaton of Knuth, Morris and Pratt for a needle: a state is how much of the needle's beginning
 * the text so far ends with. It reads texts symbol by symbol, and keeps the state to which each symbol
 * leads from state 0. */
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

/* True if the text of codes, folded, contains the needle; -1 if it is damaged. */
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

/* Removes from a bitmap the entries of a text column that, folded, lack the needle (UTF-8). */
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
    if (offsets.len >= 4 && offsets.len % 4 == 0 && needle.len && needle.len < INT32_MAX &&
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

PyMethodDef scan_methods[] = {
    {"unpack", py_unpack, METH_VARARGS, NULL},
    {"scan", py_scan, METH_VARARGS, NULL},
    {NULL, NULL, 0, NULL},
};
