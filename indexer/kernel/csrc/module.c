/* The module indexer.kernel._kernel. indexer/kernel/README.md explains how to add a function. */
#include "module.h"
#include "postings.h"

static int add_all(PyObject *module)
{
    PyMethodDef *const groups[] = {
        analyse_methods, cut_methods,    trie_methods,    wording_methods,
        log_terms_methods, invert_methods, merge_methods, pack_methods,
        lookup_methods,  scan_methods,   sets_methods,    topk_methods,
        evidence_methods,
        fold_methods,    find_methods,   snippet_methods, excerpt_methods,
    };
    tf_prepare();
    for (size_t i = 0; i < sizeof groups / sizeof *groups; i++)
        if (PyModule_AddFunctions(module, groups[i]) < 0)
            return -1;
    return 0;
}

static PyModuleDef_Slot slots[] = {{Py_mod_exec, (void *)add_all}, {0, NULL}};

static PyModuleDef definition = {
    PyModuleDef_HEAD_INIT,
    .m_name = "indexer.kernel._kernel",
    .m_slots = slots,
};

PyMODINIT_FUNC PyInit__kernel(void)
{
    return PyModuleDef_Init(&definition);
}
