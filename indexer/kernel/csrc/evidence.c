/* Which needles stand in the folded texts of some sections: a bit for each needle. */
#include "texts.h"

#define MOST 64     /* needles */
#define CHUNK 16    /* bytes that are copied at once of a string */
#define LONGEST 256 /* bytes: no string of a symbol has more than 255 */

/* Needles in UTF-8. Those of two bytes and more are in chains by their first two: the texts of Chinese
 * sections begin few of these at any place. */
typedef struct {
    const uint8_t *letters;
    uint32_t start[MOST], size[MOST], count;
    uint8_t first[1 << 16]; /* by two bytes: 1 + a needle that begins with them, or 0 */
    uint8_t next[MOST];     /* of each: 1 + another one that begins alike, or 0 */
} wanted;

static int arrange(wanted *w, const Py_buffer *letters, const Py_buffer *ends)
{
    if (ends->len % 4 || ends->len / 4 > MOST)
        return -1;
    uint32_t from = 0;
    w->letters = letters->buf;
    w->count = (uint32_t)(ends->len / 4);
    for (uint32_t i = 0; i < w->count; i++) {
        uint32_t to = load32(ends->buf, i);
        if (to <= from || to > (uint64_t)letters->len)
            return -1;
        w->start[i] = from;
        w->size[i] = to - from;
        if (w->size[i] > 1) {
            uint8_t *chain = w->first + load16(w->letters + from, 0);
            w->next[i] = *chain;
            *chain = (uint8_t)(i + 1);
        }
        from = to;
    }
    return from == (uint64_t)letters->len ? 0 : -1;
}

/* The needles that stand in a text, each a bit. */
static uint64_t standing(const wanted *w, const uint8_t *text, size_t size)
{
    uint64_t found = 0;
    for (uint32_t i = 0; i < w->count; i++)
        if (w->size[i] == 1 && size && memchr(text, w->letters[w->start[i]], size))
            found |= (uint64_t)1 << i;
    for (size_t at = 0; at + 1 < size; at++) {
        uint32_t one = w->first[load16(text + at, 0)];
        for (; one; one = w->next[one - 1]) {
            uint32_t i = one - 1;
            if (!(found >> i & 1) && w->size[i] <= size - at &&
                !memcmp(text + at, w->letters + w->start[i], w->size[i]))
                found |= (uint64_t)1 << i;
        }
    }
    return found;
}

/* Reads the folded text of codes, quickly, for most strings are short: CHUNK bytes are
 * copied of each, where as many follow in the column. */
static int read_text(const packed *column, const uint8_t *p, const uint8_t *end, buffer *text)
{
    const uint8_t *strings = column->symbols.buf;
    size_t count = (size_t)column->table.len / 8, length = (size_t)column->symbols.len, at, size;
    text->size = 0;
    while (p < end) {
        uint32_t code = next_code(&p, end);
        if (code >= count || place_of(column, code, 1, &at, &size) < 0)
            return -1;
        if (text->size + LONGEST > text->capacity && buffer_reserve(text, LONGEST) < 0)
            return -2;
        if (size <= CHUNK && at + CHUNK <= length)
            memcpy(text->data + text->size, strings + at, CHUNK);
        else
            memcpy(text->data + text->size, strings + at, size);
        text->size += size;
    }
    return 0;
}

/* Notes the needles of every section; -1 where a text is damaged, -2 where memory ran out. */
static int look(const packed *column, const Py_buffer *offsets, const Py_buffer *sections,
                const wanted *w, uint64_t *found)
{
    const uint8_t *codes = column->codes.buf;
    size_t entries = (size_t)offsets->len / 4;
    buffer text = {0};
    int state = 0;
    for (size_t i = 0; !state && i < (size_t)sections->len / 4; i++) {
        uint32_t section = load32(sections->buf, i), from, to;
        state = (size_t)section + 1 < entries ? 0 : -1;
        if (state)
            break;
        from = load32(offsets->buf, section);
        to = load32(offsets->buf, (size_t)section + 1);
        if (from > to || to > (uint64_t)column->codes.len)
            state = -1;
        else
            state = read_text(column, codes + from, codes + to, &text);
        if (!state)
            found[i] = standing(w, text.data, text.size);
    }
    free(text.data);
    return state;
}

/* The needles that stand in the folded texts of sections of a column, 64 bits for each section. */
static PyObject *py_evidence(PyObject *self, PyObject *args)
{
    packed column;
    Py_buffer offsets, sections, letters, ends;
    PyObject *result = NULL;
    int state = -1;
    (void)self;
    if (!PyArg_ParseTuple(args, "y*y*y*y*y*y*y*", &column.codes, &offsets, &column.symbols,
                          &column.table, &sections, &letters, &ends))
        return NULL;
    size_t count = (size_t)sections.len / 4;
    wanted *w = calloc(1, sizeof *w);
    uint64_t *found = calloc(count + 1, sizeof *found);
    if (!w || !found) {
        state = -2;
    } else if (offsets.len % 4 == 0 && sections.len % 4 == 0) {
        Py_BEGIN_ALLOW_THREADS
        state = arrange(w, &letters, &ends);
        if (!state)
            state = look(&column, &offsets, &sections, w, found);
        Py_END_ALLOW_THREADS
    }
    if (!state)
        result = PyBytes_FromStringAndSize((char *)found, (Py_ssize_t)(count * sizeof *found));
    else if (state == -2)
        PyErr_NoMemory();
    else
        PyErr_SetString(PyExc_ValueError, "a text column is damaged");
    free(w);
    free(found);
    release_packed(&column);
    PyBuffer_Release(&offsets);
    PyBuffer_Release(&sections);
    PyBuffer_Release(&letters);
    PyBuffer_Release(&ends);
    return result;
}

PyMethodDef evidence_methods[] = {
    {"evidence", py_evidence, METH_VARARGS, NULL},
    {NULL, NULL, 0, NULL},
};
