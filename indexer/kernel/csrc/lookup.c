/* Looks up a term, and reads its postings as documents or as a set. */
#include "dictionary.h"

typedef struct {
    Py_buffer terms, index;
    uint32_t count; /* of terms */
} lexicon;

/* The first term of a block of the dictionary, or NULL. */
static const uint8_t *block_start(const lexicon *x, uint32_t at, uint32_t *size)
{
    uint64_t offset = load64(x->index.buf, INDEX_ENTRY * (size_t)at + 1);
    const uint8_t *p = x->terms.buf, *end = p + x->terms.len;
    uint32_t shared;
    if (offset > (uint64_t)x->terms.len)
        return NULL;
    p += offset;
    if (read_varint(&p, end, &shared) < 0 || shared || read_varint(&p, end, size) < 0 ||
        *size > (size_t)(end - p))
        return NULL;
    return p;
}

static int order_of(const uint8_t *x, size_t x_size, const uint8_t *y, size_t y_size)
{
    size_t most = x_size < y_size ? x_size : y_size;
    int order = most ? memcmp(x, y, most) : 0;
    return order ? order : (x_size > y_size) - (x_size < y_size);
}

/* The last block that begins with a term <= `term`: its number, -1 none, -2 damage. */
static int64_t find_block(const lexicon *x, const uint8_t *term, size_t size)
{
    int64_t low = 0, high = (x->count + (int64_t)DICT_BLOCK - 1) / DICT_BLOCK;
    const uint64_t wanted = term_prefix(term, size);
    while (low < high) {
        int64_t middle = (low + high) / 2;
        uint64_t prefix = load64(x->index.buf, INDEX_ENTRY * (size_t)middle + 2);
        int order = prefix < wanted ? -1 : 1;
        if (prefix == wanted) {
            uint32_t first_size;
            const uint8_t *first = block_start(x, (uint32_t)middle, &first_size);
            if (!first)
                return -2;
            order = order_of(first, first_size, term, size);
        }
        if (order <= 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low - 1;
}

typedef struct {
    uint64_t offset;
    uint32_t ordinal, df, size;
} place;

/* Reads a block without assembling its terms: `same` is the number of bytes that the term before has
 * in common with the one looked up. Returns 1 if it is found, 0 if not, -1 for damage. */
static int find_in_block(const lexicon *x, uint32_t at, const uint8_t *term, size_t size, place *f)
{
    const uint8_t *p = x->terms.buf, *end = p + x->terms.len;
    uint64_t start = load64(x->index.buf, INDEX_ENTRY * (size_t)at + 1);
    uint32_t stop = (at + 1) * DICT_BLOCK < x->count ? (at + 1) * DICT_BLOCK : x->count;
    size_t same = 0;
    if (start > (uint64_t)x->terms.len)
        return -1;
    p += start;
    f->offset = load64(x->index.buf, INDEX_ENTRY * (size_t)at);
    for (f->ordinal = at * DICT_BLOCK; f->ordinal < stop; f->ordinal++) {
        uint32_t shared, more;
        if (read_varint(&p, end, &shared) < 0 || read_varint(&p, end, &more) < 0 ||
            more > (size_t)(end - p))
            return -1;
        if (shared < same)
            return 0;
        if (shared == same) {
            size_t i = 0;
            while (i < more && same < size && p[i] == term[same])
                i++, same++;
            if (i < more && same < size && p[i] > term[same])
                return 0;
            if (i < more && same == size)
                return 0;
        }
        int found = (size_t)shared + more == size && same == size;
        p += more;
        if (read_varint(&p, end, &f->df) < 0 || read_varint(&p, end, &f->size) < 0)
            return -1;
        if (found)
            return 1;
        f->offset += f->size;
    }
    return 0;
}

static PyObject *py_lookup(PyObject *self, PyObject *args)
{
    lexicon x;
    Py_buffer term;
    place f;
    int state = -1;
    (void)self;
    if (!PyArg_ParseTuple(args, "y*y*Iy*", &x.terms, &x.index, &x.count, &term))
        return NULL;
    uint64_t blocks = (x.count + (uint64_t)DICT_BLOCK - 1) / DICT_BLOCK;
    if ((uint64_t)x.index.len >= blocks * INDEX_ENTRY * 8) {
        int64_t at = find_block(&x, term.buf, (size_t)term.len);
        state = at == -1 ? 0 : at == -2 ? -1
            : find_in_block(&x, (uint32_t)at, term.buf, (size_t)term.len, &f);
    }
    PyBuffer_Release(&x.terms);
    PyBuffer_Release(&x.index);
    PyBuffer_Release(&term);
    if (state > 0)
        return Py_BuildValue("(IIKI)", f.ordinal, f.df, (unsigned long long)f.offset, f.size);
    if (!state)
        return Py_NewRef(Py_None);
    PyErr_SetString(PyExc_ValueError, "a dictionary is damaged");
    return NULL;
}

/* --- postings ------------------------------------------------------------------------------- */

typedef struct {
    Py_buffer data;
    list list;
    uint32_t sections, df;
    uint8_t scratch[2 * RANGE];
} opened;

static int open_list(PyObject *args, opened *o, Py_buffer *bits, const char *format)
{
    unsigned long long offset, size;
    int got = bits ? PyArg_ParseTuple(args, format, &o->data, &offset, &size, &o->df,
                                      &o->sections, bits)
                   : PyArg_ParseTuple(args, "y*KKII", &o->data, &offset, &size, &o->df, &o->sections);
    if (!got)
        return -1;
    if (offset <= (uint64_t)o->data.len && size <= (uint64_t)o->data.len - offset &&
        o->df <= o->sections && (!bits || (size_t)bits->len >= ((size_t)o->sections + 7) / 8) &&
        !list_open(&o->list, (uint8_t *)o->data.buf + offset, (size_t)size, o->df, o->sections,
                   o->scratch))
        return 0;
    PyErr_SetString(PyExc_ValueError, "a term lies outside its postings");
    PyBuffer_Release(&o->data);
    if (bits)
        PyBuffer_Release(bits);
    return -1;
}

static PyObject *damaged(void)
{
    PyErr_SetString(PyExc_ValueError, "postings are damaged");
    return NULL;
}

/* (documents, codes) of a term, as bytes of 32 and 8 bits each. */
static PyObject *py_decode(PyObject *self, PyObject *args)
{
    opened o;
    block b;
    uint32_t n = 0;
    int state;
    (void)self;
    if (open_list(args, &o, NULL, NULL) < 0)
        return NULL;
    uint8_t *docs = malloc((size_t)o.df * 4 + 1), *codes = malloc((size_t)o.df + 1);
    state = docs && codes ? 1 : -2;
    while (state > 0 && (state = list_next(&o.list, &b)) > 0) {
        uint8_t lows[RANGE], its_codes[RANGE];
        if (b.count > o.df - n) {
            state = -1;
            break;
        }
        block_sort(&b, lows, its_codes);
        for (unsigned i = 0; i < b.count; i++, n++) {
            store32(docs, n, (b.range << RANGE_BITS) + lows[i]);
            codes[n] = its_codes[i];
        }
    }
    PyObject *result = state == -2 ? PyErr_NoMemory() : state || n != o.df ? damaged()
        : Py_BuildValue("(y#y#)", docs, (Py_ssize_t)n * 4, codes, (Py_ssize_t)n);
    free(docs);
    free(codes);
    PyBuffer_Release(&o.data);
    return result;
}

/* Adds the documents of a term to a bitmap. */
static PyObject *py_fill(PyObject *self, PyObject *args)
{
    opened o;
    block b;
    Py_buffer bits;
    int state;
    (void)self;
    if (open_list(args, &o, &bits, "y*KKIIw*") < 0)
        return NULL;
    while ((state = list_next(&o.list, &b)) > 0)
        for (unsigned i = 0; i < b.count; i++)
            set_bit((uint8_t *)bits.buf + b.range * (RANGE / 8), b.docs[i]);
    PyBuffer_Release(&o.data);
    PyBuffer_Release(&bits);
    return state < 0 ? damaged() : Py_NewRef(Py_None);
}

/* Removes from a bitmap all documents without a term. */
static PyObject *py_narrow(PyObject *self, PyObject *args)
{
    opened o;
    block b;
    Py_buffer bits;
    int state;
    uint32_t next = 0;
    (void)self;
    if (open_list(args, &o, &bits, "y*KKIIw*") < 0)
        return NULL;
    uint8_t *map = bits.buf;
    while ((state = list_next(&o.list, &b)) > 0) {
        uint8_t mine[RANGE / 8] = {0}, *at = map + b.range * (RANGE / 8);
        uint32_t size = (o.sections + 7) / 8 - b.range * (RANGE / 8);
        memset(map + next, 0, b.range * (RANGE / 8) - next);
        for (unsigned i = 0; i < b.count; i++)
            set_bit(mine, b.docs[i]);
        for (unsigned i = 0; i < RANGE / 8 && i < size; i++)
            at[i] &= mine[i];
        next = b.range * (RANGE / 8) + (size < RANGE / 8 ? size : RANGE / 8);
    }
    memset(map + next, 0, (size_t)bits.len - next);
    PyBuffer_Release(&o.data);
    PyBuffer_Release(&bits);
    return state < 0 ? damaged() : Py_NewRef(Py_None);
}

/* True if a bitmap, of which `room` bytes are left, has any bit of a range. */
static inline int has_any(const uint8_t *at, uint32_t room)
{
    if (room >= RANGE / 8)
        return (load64(at, 0) | load64(at, 1) | load64(at, 2) | load64(at, 3)) != 0;
    for (uint32_t i = 0; i < room; i++)
        if (at[i])
            return 1;
    return 0;
}

/* Counts the documents of a term that are in a bitmap. */
static PyObject *py_overlap(PyObject *self, PyObject *args)
{
    opened o;
    block b;
    Py_buffer bits;
    int state;
    unsigned long count = 0;
    (void)self;
    if (open_list(args, &o, &bits, "y*KKIIy*") < 0)
        return NULL;
    uint32_t size = (o.sections + 7) / 8;
    while ((state = list_next(&o.list, &b)) > 0) {
        uint32_t from = b.range * (RANGE / 8);
        const uint8_t *at = (const uint8_t *)bits.buf + from;
        if (!has_any(at, size - from))
            continue;
        for (unsigned i = 0; i < b.count; i++)
            count += (unsigned long)bit(at, b.docs[i]);
    }
    PyBuffer_Release(&o.data);
    PyBuffer_Release(&bits);
    return state < 0 ? damaged() : PyLong_FromUnsignedLong(count);
}

PyMethodDef lookup_methods[] = {
    {"lookup", py_lookup, METH_VARARGS, NULL},
    {"decode", py_decode, METH_VARARGS, NULL},
    {"fill", py_fill, METH_VARARGS, NULL},
    {"narrow", py_narrow, METH_VARARGS, NULL},
    {"overlap", py_overlap, METH_VARARGS, NULL},
    {NULL, NULL, 0, NULL},
};
