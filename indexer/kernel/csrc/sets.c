/* Sets of sections as bitmaps, the lowest bit first, and documents as ranges of sections. */
#include "bytes.h"
#include "module.h"

/* True if `first` divides the sections: first[d] up to first[d + 1] belong to document d. */
static int well_formed(const Py_buffer *first, uint32_t sections)
{
    if (first->len < 4 || first->len % 4 || load32(first->buf, (size_t)first->len / 4 - 1) != sections)
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

/* The number of sections of a set in each document: 32 bits each. */
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
    good = entries.len == groups.len && !(entries.len % 4 || counts.len % 4 || totals.len % 4);
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

PyMethodDef sets_methods[] = {
    {"expand", py_expand, METH_VARARGS, NULL},
    {"tally", py_tally, METH_VARARGS, NULL},
    {"group", py_group, METH_VARARGS, NULL},
    {"conjoin", py_conjoin, METH_VARARGS, NULL},
    {"disjoin", py_disjoin, METH_VARARGS, NULL},
    {"subtract", py_subtract, METH_VARARGS, NULL},
    {"count", py_count, METH_VARARGS, NULL},
    {NULL, NULL, 0, NULL},
};
