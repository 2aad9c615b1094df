/* Reads a packed text as it stands and folded, with the place of each folded character in the text.
 * indexer/kernel/plain/fold.py is a shorter version. */
#include "characters.h"
#include "excerpt.h"
#include "utf8.h"

/* Appends the characters of a string, for which there is room; returns their number or DAMAGED. */
static int decode(const uint8_t *p, size_t size, buffer *out)
{
    const uint8_t *end = p + size;
    size_t before = out->size / 4, at = before;
    uint32_t character;
    while (p < end) {
        if (read_checked(&p, end, &character) < 0)
            return DAMAGED;
        store32(out->data, at++, character);
    }
    out->size = 4 * at;
    return (int)(at - before);
}

static inline int is_gap(const folding *t, uint32_t character)
{
    return character < t->gap_count ? t->gaps[character] : is_selector(character);
}

static inline void put_place(folding *t, size_t at)
{
    store32(t->starts.data, t->starts.size / 4, (uint32_t)at);
    store32(t->ends.data, t->ends.size / 4, (uint32_t)at + 1);
    t->starts.size += 4;
    t->ends.size += 4;
}

/* Notes the places of the last `folded` characters among the last `count` of the source. */
static int align(folding *t, size_t count, size_t folded)
{
    size_t end = t->source.size / 4;
    for (size_t i = end - count; i < end; i++) {
        if (count != folded && is_gap(t, load32(t->source.data, i)))
            continue;
        if (t->starts.size == t->folded.size)
            return DAMAGED;
        put_place(t, i);
    }
    return t->starts.size == t->folded.size ? 0 : DAMAGED;
}

static int add_symbol(folding *t, const packed *column, uint32_t code)
{
    const uint8_t *strings = column->symbols.buf;
    size_t at, size, alike, alike_size;
    if (code >= (size_t)column->table.len / 8 || place_of(column, code, 0, &at, &size) < 0 ||
        place_of(column, code, 1, &alike, &alike_size) < 0)
        return DAMAGED;
    if (buffer_reserve(&t->source, 4 * size) < 0 || buffer_reserve(&t->folded, 4 * alike_size) < 0 ||
        buffer_reserve(&t->starts, 4 * size) < 0 || buffer_reserve(&t->ends, 4 * size) < 0)
        return NO_MEMORY;
    int count = decode(strings + at, size, &t->source);
    if (count < 0)
        return DAMAGED;
    int folded = count;
    if (at == alike && size == alike_size) {
        size_t bytes = 4 * (size_t)count;
        if (bytes)
            memcpy(t->folded.data + t->folded.size, t->source.data + t->source.size - bytes, bytes);
        t->folded.size += bytes;
    } else if ((folded = decode(strings + alike, alike_size, &t->folded)) < 0) {
        return DAMAGED;
    }
    return align(t, (size_t)count, (size_t)folded);
}

int fold_text(folding *t, const packed *column)
{
    const uint8_t *p = column->codes.buf, *end = p + column->codes.len;
    int state = 0;
    while (p < end && !state)
        state = add_symbol(t, column, next_code(&p, end));
    return state;
}

void folding_free(folding *t)
{
    free(t->source.data);
    free(t->folded.data);
    free(t->starts.data);
    free(t->ends.data);
}

static PyObject *string_of(const buffer *b)
{
    int little = -1;
    return PyUnicode_DecodeUTF32((char *)b->data, (Py_ssize_t)b->size, "surrogatepass", &little);
}

/* Returns the text of codes as it stands and folded, and where the folded characters begin and end in
 * the text. */
static PyObject *py_fold_codes(PyObject *self, PyObject *args)
{
    packed column;
    Py_buffer gaps;
    PyObject *result = NULL;
    (void)self;
    if (!PyArg_ParseTuple(args, "y*y*y*y*", &column.codes, &column.symbols, &column.table, &gaps))
        return NULL;
    folding t = {{0}, {0}, {0}, {0}, gaps.buf, (uint32_t)gaps.len};
    int state = fold_text(&t, &column);
    if (state == DAMAGED)
        PyErr_SetString(PyExc_ValueError, "a text column is damaged");
    else if (state == NO_MEMORY)
        PyErr_NoMemory();
    else
        result = Py_BuildValue("(NNNN)", string_of(&t.source), string_of(&t.folded),
                               bytes_of(&t.starts), bytes_of(&t.ends));
    folding_free(&t);
    release_packed(&column);
    PyBuffer_Release(&gaps);
    return result;
}

PyMethodDef fold_methods[] = {
    {"fold_codes", py_fold_codes, METH_VARARGS, NULL},
    {NULL, NULL, 0, NULL},
};
