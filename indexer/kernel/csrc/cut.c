/* Cuts runs of Chinese characters as jieba does; indexer/kernel/plain/cut.py explains how. */
#include "cut.h"

#define CAPSULE "policysearch.cutter"
#define FIRST 0x4E00
#define CHARACTERS 20950 /* up to U+9FD5 */
#define SPLIT 0x8000

enum { B_STATE, E_STATE, M_STATE, S_STATE, STATES };
enum { TRIE_CHARACTERS, TRIE_CHILDREN, TRIE_VALUES, WEIGHTS, MODEL, EMISSIONS, COLUMNS };

struct cutter {
    Py_buffer columns[COLUMNS];
    uint32_t nodes, weights;
    int forced;
};

struct cell {
    double score;
    uint32_t end;
    Py_UCS4 character;
    uint8_t way[STATES]; /* the likeliest state before each */
};

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

/* Moves to the child of a node by a character; returns 1, 0 if there is none, or DAMAGED. */
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

/* Returns the value of a text, 0 if no word begins with it, or DAMAGED. */
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

/* Finds the ends of words on the likeliest way through `length` known characters. */
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

static inline void add(cutting *c, size_t end)
{
    c->ends[c->count++] = (uint32_t)end;
}

static void add_each(cutting *c, size_t start, size_t end)
{
    while (start < end)
        add(c, ++start);
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
static int add_found(cutting *c, size_t start, size_t end)
{
    cell *cells = c->cells;
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
        if (value & SPLIT)
            add_each(c, start, i + 1);
        else
            add(c, i + 1);
        start = i + 1;
    }
    return 0;
}

/* Adds the words that the model makes of adjacent single characters. */
static int add_lone(cutting *c, size_t start, size_t end)
{
    int value = end - start < 2 ? 1 : value_of(c->tables, c->cells + start, end - start);
    if (value < 0)
        return DAMAGED;
    if (!(value & (SPLIT - 1)))
        return add_found(c, start, end);
    add_each(c, start, end);
    return 0;
}

/* Cuts the known characters from `start` to `end`. */
static int cut_known(cutting *c, size_t start, size_t end)
{
    if (find_words(c->tables, c->cells + start, end - start) < 0)
        return DAMAGED;
    size_t lone = start, from = start;
    for (size_t at = start; at < end;) {
        size_t to = from + c->cells[at].end;
        if (to - at > 1) {
            if (add_lone(c, lone, at) < 0)
                return DAMAGED;
            add(c, to);
            lone = to;
        }
        at = to;
    }
    return add_lone(c, lone, end);
}

static int cut_all(cutting *c, size_t length)
{
    const cell *cells = c->cells;
    int state = 0;
    for (size_t start = 0, end; !state && start < length; start = end) {
        int known = is_known(cells[start].character);
        for (end = start + 1; end < length && is_known(cells[end].character) == known;)
            end++;
        if (known)
            state = cut_known(c, start, end);
        else
            add_each(c, start, end);
    }
    return state;
}

static int make_room(cutting *c, size_t length)
{
    if (length <= c->capacity)
        return 0;
    size_t capacity = length < 64 ? 64 : length + length / 2;
    cell *cells = realloc(c->cells, capacity * sizeof *cells);
    if (cells)
        c->cells = cells;
    uint32_t *ends = realloc(c->ends, capacity * sizeof *ends);
    if (ends)
        c->ends = ends;
    if (!cells || !ends)
        return NO_MEMORY;
    c->capacity = capacity;
    return 0;
}

int cut_run(cutting *c, const Py_UCS4 *characters, size_t length)
{
    if (make_room(c, length) < 0)
        return NO_MEMORY;
    c->count = 0;
    for (size_t i = 0; i < length; i++)
        c->cells[i].character = characters[i];
    return cut_all(c, length);
}

void cut_failed(int state)
{
    if (state == DAMAGED)
        PyErr_SetString(PyExc_ValueError, "a node or a weight lies outside the dictionary");
    else
        PyErr_NoMemory();
}

void cutting_free(cutting *c)
{
    free(c->cells);
    free(c->ends);
}

const cutter *cutter_of(PyObject *capsule)
{
    return PyCapsule_GetPointer(capsule, CAPSULE);
}

static PyObject *words_of(PyObject *text, const cutting *c)
{
    PyObject *words = PyList_New((Py_ssize_t)c->count);
    for (size_t i = 0, start = 0; words && i < c->count; start = c->ends[i++]) {
        PyObject *word = PyUnicode_Substring(text, (Py_ssize_t)start, (Py_ssize_t)c->ends[i]);
        if (!word || PyList_SetItem(words, (Py_ssize_t)i, word) < 0)
            Py_CLEAR(words);
    }
    return words;
}

static PyObject *py_cut(PyObject *self, PyObject *args)
{
    PyObject *capsule, *text, *words = NULL;
    (void)self;
    if (!PyArg_ParseTuple(args, "OU", &capsule, &text))
        return NULL;
    cutting c = {.tables = cutter_of(capsule)};
    Py_UCS4 *characters = c.tables ? PyUnicode_AsUCS4Copy(text) : NULL;
    if (!characters)
        return NULL;
    int state = cut_run(&c, characters, (size_t)PyUnicode_GetLength(text));
    if (state < 0)
        cut_failed(state);
    else
        words = words_of(text, &c);
    PyMem_Free(characters);
    cutting_free(&c);
    return words;
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
