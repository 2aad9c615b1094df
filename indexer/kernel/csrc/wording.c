/* The wording of a text, clause by clause; indexer/kernel/plain/wording.py defines it. */
#include "characters.h"
#include "utf8.h"

static uint32_t crc_table[4][256];

static void crc_prepare(void)
{
    if (crc_table[0][1])
        return;
    for (uint32_t i = 0; i < 256; i++) {
        uint32_t crc = i;
        for (int k = 0; k < 8; k++)
            crc = crc & 1 ? crc >> 1 ^ 0xEDB88320u : crc >> 1;
        crc_table[0][i] = crc;
    }
    for (int k = 1; k < 4; k++)
        for (uint32_t i = 0; i < 256; i++)
            crc_table[k][i] = crc_table[k - 1][i] >> 8 ^ crc_table[0][crc_table[k - 1][i] & 255];
}

/* The CRC-32 of zlib. Indexes hold these hashes, and the plain kernel takes them from zlib; the hash
 * of hash.h has a seed and would not do. */
static uint32_t crc_of(const uint8_t *p, size_t size)
{
    uint32_t crc = ~0u;
    for (; size >= 4; p += 4, size -= 4) {
        crc ^= load32(p, 0);
        crc = crc_table[3][crc & 255] ^ crc_table[2][crc >> 8 & 255] ^
              crc_table[1][crc >> 16 & 255] ^ crc_table[0][crc >> 24];
    }
    for (; size; p++, size--)
        crc = crc >> 8 ^ crc_table[0][(crc ^ *p) & 255];
    return ~crc;
}

static int is_hidden(Py_UCS4 character)
{
    return (character >= 0x200B && character <= 0x200F) || character == 0x2060 ||
           character == 0xFEFF;
}

typedef struct {
    uint8_t *text, *end; /* the wording in UTF-8 */
    buffer hashes;
    size_t size; /* of the wording, in characters */
} wording;

static void end_clause(wording *w, const uint8_t *start)
{
    if (w->end == start)
        return;
    uint32_t crc = crc_of(start, (size_t)(w->end - start));
    buffer_bytes(&w->hashes, &crc, sizeof crc);
}

/* Reads a text; returns 0, or 1 if a character is unknown. */
static int read_text(const uint8_t *table, const Py_UCS4 *text, size_t size, wording *w)
{
    const uint8_t *start = w->end;
    for (size_t i = 0; i < size; i++) {
        uint32_t entry = entry_of(table, text[i]);
        unsigned kind = kind_of(entry);
        if (!is_known(entry))
            return 1;
        if (kind == BLANK || is_hidden(text[i]))
            continue;
        if (kind == NOTHING) {
            end_clause(w, start);
            start = w->end;
        } else {
            w->end = write_utf8(w->end, text[i]);
            w->size++;
        }
    }
    end_clause(w, start);
    return 0;
}

static PyObject *wording_of(const uint8_t *table, const Py_UCS4 *text, size_t size)
{
    wording w = {.text = malloc(4 * size + 1)};
    PyObject *result = NULL;
    w.end = w.text;
    if (!w.text)
        return PyErr_NoMemory();
    if (read_text(table, text, size, &w))
        result = Py_NewRef(Py_None);
    else if (w.hashes.failed)
        PyErr_NoMemory();
    else
        result = Py_BuildValue("y#y#n", w.text, (Py_ssize_t)(w.end - w.text),
                               w.hashes.data ? (char *)w.hashes.data : "",
                               (Py_ssize_t)w.hashes.size, (Py_ssize_t)w.size);
    free(w.text);
    free(w.hashes.data);
    return result;
}

static PyObject *py_wording(PyObject *self, PyObject *args)
{
    Py_buffer table;
    PyObject *text, *result = NULL;
    (void)self;
    if (!PyArg_ParseTuple(args, "y*U", &table, &text))
        return NULL;
    crc_prepare();
    if (table.len != 4 * CHARACTERS) {
        PyErr_SetString(PyExc_ValueError, "a table of 131072 characters is wanted");
    } else {
        Py_UCS4 *characters = PyUnicode_AsUCS4Copy(text);
        if (characters)
            result = wording_of(table.buf, characters, (size_t)PyUnicode_GetLength(text));
        PyMem_Free(characters);
    }
    PyBuffer_Release(&table);
    return result;
}

PyMethodDef wording_methods[] = {
    {"wording", py_wording, METH_VARARGS, NULL},
    {NULL, NULL, 0, NULL},
};
