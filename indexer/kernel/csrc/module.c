/* indexer.segments._kernel: what indexer/kernel/plain/kernel.py says in Python, compiled. */
#include "kernel.h"

static int add_all(PyObject *module)
{
    PyMethodDef *const groups[] = {
        analyse_methods, bits_methods,  build_methods,   column_methods, cut_methods,
        excerpt_methods, find_methods,  fold_methods,    invert_methods, merge_methods,
        pack_methods,    search_methods, snippet_methods, trie_methods,   wording_methods,
    };
    tf_prepare();
    for (size_t i = 0; i < sizeof groups / sizeof *groups; i++)
        if (PyModule_AddFunctions(module, groups[i]) < 0)
            return -1;
    return 0;
}

static PyModuleDef_Slot slots[] = {{Py_mod_exec, add_all}, {0, NULL}};

static PyModuleDef definition = {
    PyModuleDef_HEAD_INIT,
    .m_name = "indexer.segments._kernel",
    .m_slots = slots,
};

PyMODINIT_FUNC PyInit__kernel(void)
{
    return PyModuleDef_Init(&definition);
}
