/* A trie of words, to cut by; indexer/kernel/plain/trie.py explains how it is made. */
#include "bytes.h"
#include "module.h"

#define FIRST 0x4E00
#define CHARACTERS 20950
#define DEEPEST 255 /* characters of a word */

typedef struct {
    const uint8_t *words; /* 16 bits a character, a NUL behind each word */
    size_t size;
    const uint8_t *values; /* 16 bits a word */
    size_t count;
} vocabulary;

typedef struct {
    uint32_t next[DEEPEST + 2]; /* by the length of beginnings, where the next node stands */
    uint32_t roots;             /* single characters whose children are noted */
    uint8_t *characters, *children, *values;
    uint32_t nodes;
} trie;

static inline void store16(uint8_t *p, size_t index, uint16_t value)
{
    memcpy(p + index * 2, &value, 2);
}

/* The number of characters at its beginning that a word shares with the one before. */
static size_t shared_with(const vocabulary *v, size_t before, size_t size, size_t start)
{
    size_t shared = 0;
    while (shared < size && load16(v->words, before + shared) == load16(v->words, start + shared))
        shared++;
    return shared;
}

/* The size of the word at `start`; 0 if it is no word or does not follow the one before. */
static size_t word_size(const vocabulary *v, size_t before, size_t size_before, size_t start,
                        size_t *shared)
{
    size_t size = 0;
    while (start + size < v->size && load16(v->words, start + size)) {
        if ((uint16_t)(load16(v->words, start + size) - FIRST) >= CHARACTERS || size == DEEPEST)
            return 0;
        size++;
    }
    if (!size || start + size == v->size)
        return 0;
    *shared = shared_with(v, before, size_before, start);
    if (size_before && (*shared == size || (*shared < size_before &&
                                            load16(v->words, before + *shared) >
                                                load16(v->words, start + *shared))))
        return 0;
    return size;
}

/* Counts the nodes of each length; returns -1 if the words are malformed. */
static int count_nodes(const vocabulary *v, trie *t)
{
    uint32_t counts[DEEPEST + 2] = {0, CHARACTERS};
    size_t start = 0, before = 0, size = 0, shared = 0;
    for (size_t i = 0; i < v->count; i++) {
        size_t size_before = size;
        size = word_size(v, before, size_before, start, &shared);
        if (!size)
            return -1;
        for (size_t length = shared > 1 ? shared + 1 : 2; length <= size; length++)
            counts[length]++;
        before = start;
        start += size + 1;
    }
    if (start != v->size)
        return -1;
    for (size_t length = 1; length <= DEEPEST + 1; length++) {
        t->next[length] = t->nodes;
        t->nodes += counts[length];
    }
    return 0;
}

/* Notes where the children begin of all single characters up to one. */
static void tell_roots(trie *t, uint32_t end)
{
    for (; t->roots < end; t->roots++)
        store32(t->children, t->roots, t->next[2]);
}

static void add_word(trie *t, const uint8_t *word, size_t size, size_t shared, uint16_t value)
{
    uint32_t node = (uint32_t)load16(word, 0) - FIRST;
    tell_roots(t, node + 1);
    for (size_t length = 2; length <= size; length++) {
        if (length <= shared) {
            node = t->next[length] - 1;
            continue;
        }
        node = t->next[length]++;
        store16(t->characters, node, load16(word, length - 1));
        store32(t->children, node, t->next[length + 1]);
    }
    store16(t->values, node, value);
}

static void fill(const vocabulary *v, trie *t)
{
    size_t start = 0, before = 0, size = 0;
    for (uint32_t i = 0; i < CHARACTERS; i++)
        store16(t->characters, i, (uint16_t)(FIRST + i));
    for (size_t i = 0; i < v->count; i++) {
        size_t shared = shared_with(v, before, size, start);
        for (size = 0; load16(v->words, start + size);)
            size++;
        add_word(t, v->words + 2 * start, size, shared, load16(v->values, i));
        before = start;
        start += size + 1;
    }
    tell_roots(t, CHARACTERS);
    store32(t->children, t->nodes, t->nodes);
}

static PyObject *refused(void)
{
    PyErr_SetString(PyExc_ValueError, "words of the dictionary's characters are wanted, in order");
    return NULL;
}

static PyObject *made(const vocabulary *v)
{
    trie t = {.roots = 0};
    PyObject *result = NULL;
    if (v->size > UINT32_MAX / 4 || count_nodes(v, &t) < 0)
        return refused();
    t.characters = calloc(t.nodes, 2);
    t.children = calloc((size_t)t.nodes + 1, 4);
    t.values = calloc(t.nodes, 2);
    if (t.characters && t.children && t.values) {
        fill(v, &t);
        result = Py_BuildValue("y#y#y#", t.characters, (Py_ssize_t)t.nodes * 2, t.children,
                               (Py_ssize_t)t.nodes * 4 + 4, t.values, (Py_ssize_t)t.nodes * 2);
    } else {
        PyErr_NoMemory();
    }
    free(t.characters);
    free(t.children);
    free(t.values);
    return result;
}

static PyObject *py_trie(PyObject *self, PyObject *args)
{
    Py_buffer words, values;
    (void)self;
    if (!PyArg_ParseTuple(args, "y*y*", &words, &values))
        return NULL;
    vocabulary v = {words.buf, (size_t)words.len / 2, values.buf, (size_t)values.len / 2};
    PyObject *result = words.len % 2 || values.len % 2 ? refused() : made(&v);
    PyBuffer_Release(&words);
    PyBuffer_Release(&values);
    return result;
}

PyMethodDef trie_methods[] = {
    {"trie", py_trie, METH_VARARGS, NULL},
    {NULL, NULL, 0, NULL},
};
