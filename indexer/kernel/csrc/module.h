/* Python's limited interface, and the functions that the module has from each file.
 *
 * Functions of Python are called only with the interpreter's lock held. Py_BEGIN_ALLOW_THREADS
 * releases it, and code that runs without it uses no Python object. */
#ifndef POLICYSEARCH_MODULE_H
#define POLICYSEARCH_MODULE_H

#define PY_SSIZE_T_CLEAN
#ifndef Py_LIMITED_API
#define Py_LIMITED_API 0x030B0000
#endif
#include <Python.h>
#include "buffer.h"
#include <stdlib.h>

/* The bytes of a buffer as an object. */
static inline PyObject *bytes_of(const buffer *b)
{
    return PyBytes_FromStringAndSize((const char *)b->data, (Py_ssize_t)b->size);
}

/* From texts to terms. */
extern PyMethodDef analyse_methods[], cut_methods[], trie_methods[], wording_methods[];
/* Writing segments. */
extern PyMethodDef log_terms_methods[], invert_methods[], merge_methods[], pack_methods[];
/* Reading segments. */
extern PyMethodDef lookup_methods[], scan_methods[], sets_methods[], topk_methods[];
extern PyMethodDef evidence_methods[];
/* Showing texts. */
extern PyMethodDef fold_methods[], find_methods[], snippet_methods[], excerpt_methods[];

#endif
