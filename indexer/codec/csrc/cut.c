/* Cutting runs of Chinese characters as jieba does; indexer/codec/cutting.py says how. */
#include "kernel.h"

#define CAPSULE "policysearch.cutter"
#define FIRST 0x4E00
#define CHARACTERS 20950 /* up to U+9FD5 */
#define SPLIT 0x8000
#define SMALL 128 /* characters that are cut without asking for memory */

enum { B_STATE, E_STATE, M_STATE, S_STATE, STATES };
enum { TRIE_CHARACTERS, TRIE_CHILDREN, TRIE_VALUES, WEIGHTS, MODEL, EMISSIONS, COLUMNS };

typedef struct {
    Py_buffer columns[COLUMNS];
    uint32_t nodes, weights;
    int forced;
} cutter;

typedef struct {
    double score;
    uint32_t end;
    Py_UCS4 character;
    uint8_t way[STATES]; /* the likeliest state before each */
} cell;

typedef struct {
    const cutter *tables;
    PyObject *text, *words;
} cutting;

enum { DAMAGED = -1, RAISED = -2 };

static inline uint16_t load16(const uint8_t *p, size_t index)
{
    uint16_t value;
    memcpy(&value, p + index * 2, 2);
    return value;
}

static inline double load_double(const uint8_t *p, size_t index)
{
    double value;
    memcpy(&value, p + index * 8, 8);
    return value;
}

static inline const uint8_t *column(const cutter *t, int which)
{
    return t->columns[which].buf;
}

static inline int is_known(Py_UCS4 character)
{
    return character - FIRST < CHARACTERS;
}

/* Moves to the child of a node by a character: 1, or 0 if there is none, or DAMAGED. */
static int descend(const cutter *t, uint32_t *node, Py_UCS4 character)
{
    const uint8_t *characters = column(t, TRIE_CHARACTERS);
    uint32_t low = load32(column(t, TRIE_CHILDREN), *node);
    uint32_t end = load32(column(t, TRIE_CHILDREN), *node + 1);
    if (low > end || end > t->nodes)
        return DAMAGED;
    if (low == end)
        return 0;
    for (uint32_t count = end - low; count > 1;) {
        uint32_t half = count / 2;
        low = load16(characters, low + half) <= character ? low + half : low;
        count -= half;
    }
    *node = low;
    return load16(characters, low) == character;
}

/* The value of a text, 0 if it begins no word, or DAMAGED. */
static int value_of(const cutter *t, const cell *cells, size_t length)
{
    uint32_t node = cells[0].character - FIRST;
    for (size_t i = 1; i < length; i++) {
        int state = descend(t, &node, cells[i].character);
        if (state < 1)
            return state;
    }
    return load16(column(t, TRIE_VALUES), node);
}

/* Finds where words end on the likeliest way through `length` known characters. */
static int find_words(const cutter *t, cell *cells, size_t length)
{
    double unknown = load_double(column(t, WEIGHTS), 0);
    double after = 0;
    for (size_t start = length; start--;) {
        cell *here = &cells[start];
        uint32_t node = here->character - FIRST;
        int found = 0;
        here->score = unknown + after;
        here->end = (uint32_t)start + 1;
        for (size_t end = start + 1;; end++) {
            uint32_t number = load16(column(t, TRIE_VALUES), node) & (SPLIT - 1u);
            if (number >= t->weights)
                return DAMAGED;
            if (number) {
                double rest = end < length ? cells[end].score : 0;
                double score = load_double(column(t, WEIGHTS), number) + rest;
                if (!found || score >= here->score) {
                    here->score = score;
                    here->end = (uint32_t)end;
                    found = 1;
                }
            }
            if (end == length)
                break;
            int state = descend(t, &node, cells[end].character);
            if (state < 0)
                return DAMAGED;
            if (!state)
                break;
        }
        after = here->score;
    }
    return 0;
}

static int add(const cutting *c, size_t start, size_t end)
{
    PyObject *word = PyUnicode_Substring(c->text, (Py_ssize_t)start, (Py_ssize_t)end);
    int state = word ? PyList_Append(c->words, word) : -1;
    Py_XDECREF(word);
    return state < 0 ? RAISED : 0;
}

static int add_each(const cutting *c, size_t start, size_t end)
{
    int state = 0;
    for (; !state && start < end; start++)
        state = add(c, start, start + 1);
    return state;
}

/* Finds the likeliest way through the states of `length` characters, and the last state of it. */
static int find_states(const cutter *t, cell *cells, size_t length)
{
    static const uint8_t before[STATES][2] = {
        {E_STATE, S_STATE}, {B_STATE, M_STATE}, {B_STATE, M_STATE}, {E_STATE, S_STATE}};
    const uint8_t *model = column(t, MODEL), *emissions = column(t, EMISSIONS);
    double scores[STATES], next[STATES];
    for (int s = 0; s < STATES; s++)
        scores[s] = load_double(model, (size_t)s) +
                    load_double(emissions, (cells[0].character - FIRST) * STATES + (size_t)s);
    for (size_t i = 1; i < length; i++) {
        const uint8_t *emission = emissions + (cells[i].character - FIRST) * STATES * 8;
        for (int s = 0; s < STATES; s++) {
            int one = before[s][0], other = before[s][1];
            double e = load_double(emission, (size_t)s);
            double x = scores[one] + load_double(model, (size_t)(STATES * (one + 1) + s)) + e;
            double y = scores[other] + load_double(model, (size_t)(STATES * (other + 1) + s)) + e;
            next[s] = y >= x ? y : x;
            cells[i].way[s] = (uint8_t)(y >= x ? other : one);
        }
        memcpy(scores, next, sizeof scores);
    }
    return scores[S_STATE] >= scores[E_STATE] ? S_STATE : E_STATE;
}

/* Adds the words the model finds from `start` to `end`. */
static int add_found(const cutting *c, cell *cells, size_t start, size_t end)
{
    int state = find_states(c->tables, cells + start, end - start);
    for (size_t i = end - 1; i > start; i--) {
        int before = cells[i].way[state];
        cells[i].way[0] = (uint8_t)state; /* from here on the state of the character itself */
        state = before;
    }
    cells[start].way[0] = (uint8_t)state;
    for (size_t i = start; i < end; i++) {
        if (cells[i].way[0] != E_STATE && cells[i].way[0] != S_STATE)
            continue;
        int value = c->tables->forced ? value_of(c->tables, cells + start, i + 1 - start) : 0;
        if (value < 0)
            return DAMAGED;
        int added = value & SPLIT ? add_each(c, start, i + 1) : add(c, start, i + 1);
        if (added < 0)
            return added;
        start = i + 1;
    }
    return 0;
}

/* Adds what characters are that stand side by side as words for themselves. */
static int add_lone(const cutting *c, cell *cells, size_t start, size_t end)
{
    if (end - start < 2)
        return add_each(c, start, end);
    int value = value_of(c->tables, cells + start, end - start);
    if (value < 0)
        return DAMAGED;
    if (value & (SPLIT - 1))
        return add_each(c, start, end);
    return add_found(c, cells, start, end);
}

/* Cuts the known characters from `start` to `end`. */
static int cut_known(const cutting *c, cell *cells, size_t start, size_t end)
{
    if (find_words(c->tables, cells + start, end - start) < 0)
        return DAMAGED;
    size_t lone = start, from = start;
    for (size_t at = start; at < end;) {
        size_t to = from + cells[at].end;
        if (to - at > 1) {
            int state = add_lone(c, cells, lone, at);
            if (!state)
                state = add(c, at, to);
            if (state)
                return state;
            lone = to;
        }
        at = to;
    }
    return add_lone(c, cells, lone, end);
}

static int cut_all(const cutting *c, cell *cells, size_t length)
{
    int state = 0;
    for (size_t start = 0, end; !state && start < length; start = end) {
        int known = is_known(cells[start].character);
        for (end = start + 1; end < length && is_known(cells[end].character) == known;)
            end++;
        state = known ? cut_known(c, cells, start, end) : add_each(c, start, end);
    }
    return state;
}

static PyObject *py_cut(PyObject *self, PyObject *args)
{
    PyObject *capsule, *text;
    Py_UCS4 few[SMALL + 1], *characters = few;
    cell small[SMALL], *cells = small;
    int state = RAISED;
    (void)self;
    if (!PyArg_ParseTuple(args, "OU", &capsule, &text))
        return NULL;
    cutting c = {PyCapsule_GetPointer(capsule, CAPSULE), text, NULL};
    if (!c.tables)
        return NULL;
    size_t length = (size_t)PyUnicode_GetLength(text);
    if (length > SMALL) {
        characters = PyUnicode_AsUCS4Copy(text);
        cells = characters ? malloc(length * sizeof *cells) : NULL;
        if (characters && !cells)
            PyErr_NoMemory();
    } else if (!PyUnicode_AsUCS4(text, few, SMALL + 1, 1)) {
        return NULL;
    }
    if (cells && (c.words = PyList_New(0))) {
        for (size_t i = 0; i < length; i++)
            cells[i].character = characters[i];
        state = cut_all(&c, cells, length);
    }
    if (length > SMALL) {
        PyMem_Free(characters);
        free(cells);
    }
    if (!state)
        return c.words;
    Py_XDECREF(c.words);
    if (state == DAMAGED)
        PyErr_SetString(PyExc_ValueError, "a node or a weight lies outside the dictionary");
    return NULL;
}

static void cutter_free(cutter *t)
{
    for (int i = 0; i < COLUMNS; i++)
        PyBuffer_Release(&t->columns[i]);
    free(t);
}

static void capsule_free(PyObject *capsule)
{
    cutter_free(PyCapsule_GetPointer(capsule, CAPSULE));
}

static int fits(const cutter *t)
{
    const Py_buffer *c = t->columns;
    return t->nodes >= CHARACTERS && c[TRIE_VALUES].len % 2 == 0 &&
           c[TRIE_CHARACTERS].len == c[TRIE_VALUES].len &&
           c[TRIE_CHILDREN].len == 4 * ((Py_ssize_t)t->nodes + 1) && c[WEIGHTS].len >= 8 &&
           c[WEIGHTS].len % 8 == 0 && c[MODEL].len == 8 * STATES * (STATES + 1) &&
           c[EMISSIONS].len == 8 * STATES * CHARACTERS;
}

static PyObject *py_cutter(PyObject *self, PyObject *args)
{
    (void)self;
    cutter *t = calloc(1, sizeof *t);
    if (!t)
        return PyErr_NoMemory();
    Py_buffer *c = t->columns;
    if (!PyArg_ParseTuple(args, "y*y*y*y*y*y*p", &c[0], &c[1], &c[2], &c[3], &c[4], &c[5],
                          &t->forced)) {
        free(t); /* what was parsed is released already */
        return NULL;
    }
    t->nodes = (uint32_t)(c[TRIE_VALUES].len / 2);
    t->weights = (uint32_t)(c[WEIGHTS].len / 8);
    PyObject *capsule = NULL;
    if (fits(t))
        capsule = PyCapsule_New(t, CAPSULE, capsule_free);
    else
        PyErr_SetString(PyExc_ValueError, "the columns of a dictionary do not belong together");
    if (!capsule)
        cutter_free(t);
    return capsule;
}

PyMethodDef cut_methods[] = {
    {"cutter", py_cutter, METH_VARARGS, NULL},
    {"cut", py_cut, METH_VARARGS, NULL},
    {NULL, NULL, 0, NULL},
};
