/* indexer.codec._kernel: what indexer/codec/twin.py says in Python, compiled. */
#include "kernel.h"

static int add_all(PyObject *module)
{
    tf_prepare();
    if (PyModule_AddFunctions(module, build_methods) < 0 ||
        PyModule_AddFunctions(module, merge_methods) < 0 ||
        PyModule_AddFunctions(module, pack_methods) < 0 ||
        PyModule_AddFunctions(module, search_methods) < 0 ||
        PyModule_AddFunctions(module, column_methods) < 0 ||
        PyModule_AddFunctions(module, cut_methods) < 0 ||
        PyModule_AddFunctions(module, analyse_methods) < 0 ||
        PyModule_AddFunctions(module, wording_methods) < 0 ||
        PyModule_AddFunctions(module, trie_methods) < 0 ||
        PyModule_AddFunctions(module, fold_methods) < 0 ||
        PyModule_AddFunctions(module, find_methods) < 0 ||
        PyModule_AddFunctions(module, snippet_methods) < 0 ||
        PyModule_AddFunctions(module, excerpt_methods) < 0)
        return -1;
    return PyModule_AddFunctions(module, bits_methods);
}

static PyModuleDef_Slot slots[] = {{Py_mod_exec, add_all}, {0, NULL}};

static PyModuleDef definition = {
    PyModuleDef_HEAD_INIT,
    .m_name = "indexer.codec._kernel",
    .m_slots = slots,
};

PyMODINIT_FUNC PyInit__kernel(void)
{
    return PyModuleDef_Init(&definition);
}
