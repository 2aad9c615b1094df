/* Makes the snippet of a packed text: fold, find and snippet in one. */
#include "excerpt.h"

static PyObject *excerpt(const packed *column, folding *t, const needles *n, buffer *found,
                         const Py_buffer *weights, uint32_t width)
{
    int state = fold_text(t, column);
    if (!state && t->source.size / 4 < INT32_MAX) {
        places p = {t->folded.data, t->starts.data, t->ends.data, (uint32_t)(t->folded.size / 4)};
        state = find_needles(n, &p, found);
    }
    if (state == NO_MEMORY)
        return PyErr_NoMemory();
    if (state == DAMAGED) {
        PyErr_SetString(PyExc_ValueError, "a text column is damaged");
        return NULL;
    }
    if (!found->size)
        return Py_NewRef(Py_None);
    uint32_t length = (uint32_t)(t->source.size / 4);
    return show_matches(t->source.data, length, found, weights, width);
}

static PyObject *py_excerpt(PyObject *self, PyObject *args)
{
    packed column;
    needles n;
    Py_buffer gaps, weights;
    unsigned width;
    buffer found = {0};
    PyObject *result = NULL;
    (void)self;
    if (!PyArg_ParseTuple(args, "y*y*y*y*y*y*y*y*I", &column.codes, &column.symbols, &column.table,
                          &gaps, &n.letters, &n.ends, &n.groups, &weights, &width))
        return NULL;
    folding t = {{0}, {0}, {0}, {0}, gaps.buf, (uint32_t)gaps.len};
    if (needles_fit(&n))
        result = excerpt(&column, &t, &n, &found, &weights, width);
    else
        PyErr_SetString(PyExc_ValueError, "a text or its needles do not belong together");
    folding_free(&t);
    free(found.data);
    release_packed(&column);
    release_needles(&n);
    PyBuffer_Release(&gaps);
    PyBuffer_Release(&weights);
    return result;
}

PyMethodDef excerpt_methods[] = {
    {"excerpt", py_excerpt, METH_VARARGS, NULL},
    {NULL, NULL, 0, NULL},
};
