/* Packs texts: frequent strings become symbols, and a text becomes the sequence of its symbols' codes.
 *
 * Symbols are chosen in rounds, as in FSST (Boncz, Neumann, Leis 2020, "FSST: Fast Random Access
 * String Compression"). Each round cuts a sample into the longest symbols known so far, counts these
 * and their pairs, and keeps those that save most. indexer/kernel/plain/pack.py is a shorter version.
 */
#include "bytes.h"
#include "hash.h"
#include "module.h"
#include "texts.h"
#include "utf8.h"

#define ROUNDS 5
#define SAMPLE (1u << 21) /* bytes, about */
#define MOST 30000        /* symbols of several characters */
#define LONGEST 12        /* characters of a symbol */
#define ENTRY 8           /* bytes a symbol costs beside its own */

#define CHARACTERS (1u << 21) /* above every character */
#define SINGLE (1u << 31)     /* a handle of a symbol: this and a character, or a node */

typedef struct {
    uint32_t at, count; /* the place of its string in the text; its count */
    uint32_t other;     /* its number in a tally, plus 1; its code in the end */
    uint32_t node : 20; /* of a character: where longer symbols go on, 0 if none do */
    uint32_t size : 6;
    uint32_t characters : 4;
} symbol;

/* A trie of the symbols of several characters. Its edges are in a hash table: from the lowest bit
 * the node an edge leads to, whether that is a symbol, whether it has edges; then its character and
 * the node it comes from, which are found by. */
typedef struct {
    uint64_t seed;
    uint64_t *edges;
    size_t mask;
    symbol *nodes; /* from 1 on */
    uint32_t used;
    symbol *singles; /* by character */
    buffer seen;     /* the characters that occurred */
    int failed;      /* 1 for want of memory, or MALFORMED */
} trie;

enum { MALFORMED = 2 };
enum { NODE_BITS = 20, CHARACTER_BITS = 21 };
#define IS_SYMBOL (1ull << NODE_BITS)
#define IS_INNER (2ull << NODE_BITS)
#define KEY_SHIFT (NODE_BITS + 2)

typedef struct {
    const uint8_t *text;
    const uint8_t *ends; /* of the entries, 32 bits each */
    uint32_t entries;
} corpus;

/* The counts of strings. */
typedef struct {
    uint64_t hash;
    uint32_t at, count;
    uint8_t size, characters;
} counted;

typedef struct {
    uint64_t seed;
    uint32_t *places; /* numbers of strings, plus 1 */
    size_t mask;
    buffer strings;
    uint32_t used;
    int failed;
} tally;

typedef struct {
    const uint8_t *string;
    uint64_t gain;
    uint32_t handle;
    uint8_t size, characters;
} candidate;

/* --- counting strings ----------------------------------------------------------------------- */

static void tally_make(tally *t, uint64_t seed)
{
    *t = (tally){.seed = seed, .mask = (1u << 12) - 1};
    t->places = calloc(t->mask + 1, sizeof *t->places);
    t->failed = !t->places;
}

static void tally_free(tally *t)
{
    free(t->places);
    free(t->strings.data);
}

static inline counted *strings_of(const tally *t)
{
    return (counted *)t->strings.data;
}

static void tally_grow(tally *t)
{
    size_t mask = t->mask * 2 + 1;
    uint32_t *places = calloc(mask + 1, sizeof *places);
    t->failed |= !places;
    for (uint32_t i = 0; places && i < t->used; i++) {
        size_t at = strings_of(t)[i].hash & mask;
        while (places[at])
            at = (at + 1) & mask;
        places[at] = i + 1;
    }
    if (places) {
        free(t->places);
        t->places = places;
        t->mask = mask;
    }
}

/* The number of a string, plus 1; 0 without memory. */
static uint32_t tally_find(tally *t, const uint8_t *text, uint32_t at, uint32_t size,
                           uint32_t characters)
{
    counted new = {hash_of(text + at, size, t->seed), at, 0, (uint8_t)size, (uint8_t)characters};
    size_t place = new.hash & t->mask;
    for (; t->places[place]; place = (place + 1) & t->mask) {
        const counted *s = strings_of(t) + t->places[place] - 1;
        if (s->hash == new.hash && s->size == size && !memcmp(text + s->at, text + at, size))
            return t->places[place];
    }
    buffer_bytes(&t->strings, &new, sizeof new);
    t->failed |= t->strings.failed;
    if (t->failed)
        return 0;
    t->places[place] = ++t->used;
    if (t->used * 2ull > t->mask)
        tally_grow(t);
    return t->used;
}

/* --- symbols -------------------------------------------------------------------------------- */

static void trie_make(trie *t, uint64_t seed)
{
    *t = (trie){.seed = seed};
    t->singles = calloc(CHARACTERS, sizeof *t->singles);
    t->failed = !t->singles;
}

static void trie_free(trie *t)
{
    free(t->edges);
    free(t->nodes);
    free(t->singles);
    free(t->seen.data);
}

static inline symbol *symbol_of(const trie *t, uint32_t handle)
{
    return handle & SINGLE ? t->singles + (handle & ~SINGLE) : t->nodes + handle;
}

/* The place of the edge from a node by a character, or of none. */
static inline uint64_t *edge_of(const trie *t, uint32_t from, uint32_t character)
{
    uint64_t key = (uint64_t)from << CHARACTER_BITS | character;
    size_t at = mix(key ^ t->seed) & t->mask;
    while (t->edges[at] && t->edges[at] >> KEY_SHIFT != key)
        at = (at + 1) & t->mask;
    return t->edges + at;
}

/* Adds a symbol of several characters. */
static void add_symbol(trie *t, const corpus *c, const candidate *one)
{
    const uint8_t *p = one->string, *end = p + one->size;
    uint32_t character = next_character(&p, end);
    symbol *first = t->singles + character;
    uint64_t *edge = NULL;
    if (!first->node)
        first->node = ++t->used;
    for (uint32_t from = first->node; p < end; from = *edge & (IS_SYMBOL - 1)) {
        if (edge)
            *edge |= IS_INNER;
        character = next_character(&p, end);
        edge = edge_of(t, from, character);
        if (!*edge)
            *edge = ((uint64_t)from << CHARACTER_BITS | character) << KEY_SHIFT | ++t->used;
    }
    if (!edge)
        return;
    *edge |= IS_SYMBOL;
    t->nodes[*edge & (IS_SYMBOL - 1)] =
        (symbol){.at = (uint32_t)(one->string - c->text), .size = one->size & 63u,
                 .characters = one->characters & 15u};
}

/* Makes the symbols of several characters those of a list. */
static void set_symbols(trie *t, const corpus *c, const candidate *list, uint32_t count)
{
    size_t room = 1;
    for (uint32_t i = 0; i < count; i++)
        room += list[i].characters;
    free(t->edges);
    free(t->nodes);
    for (t->mask = 15; t->mask < room + room / 4; t->mask = t->mask * 2 + 1)
        ;
    t->used = 0;
    t->edges = calloc(t->mask + 1, sizeof *t->edges);
    t->nodes = calloc(room + 1, sizeof *t->nodes);
    t->failed |= !t->edges || !t->nodes;
    for (size_t i = 0; i < t->seen.size / 4; i++) {
        symbol *s = t->singles + load32(t->seen.data, i);
        s->node = s->other = 0;
    }
    for (uint32_t i = 0; !t->failed && i < count; i++)
        add_symbol(t, c, list + i);
}

/* The handle of the longest symbol at p. Where characters are spelt in several ways, which UTF-8
 * does not, a symbol need not have the size of what is read as it: that fails. */
static inline uint32_t longest(trie *t, const uint8_t *text, const uint8_t *p, const uint8_t *end)
{
    const uint8_t *start = p, *stop;
    uint32_t character = next_character(&p, end), best = SINGLE | character;
    symbol *s = t->singles + character;
    if (!s->size) {
        *s = (symbol){.at = (uint32_t)(start - text), .size = (p - start) & 63, .characters = 1};
        buffer_bytes(&t->seen, &character, sizeof character);
        t->failed |= t->seen.failed;
    }
    stop = p;
    for (uint32_t from = s->node; from && p < end;) {
        character = next_character(&p, end);
        uint64_t edge = *edge_of(t, from, character);
        from = edge & (IS_SYMBOL - 1);
        if (edge & IS_SYMBOL) {
            best = from;
            stop = p;
        }
        from = edge & IS_INNER ? from : 0;
    }
    if (symbol_of(t, best)->size != stop - start)
        t->failed = MALFORMED;
    return best;
}

/* --- choosing the symbols ------------------------------------------------------------------- */

static const uint8_t *entry_of(const corpus *c, uint32_t i, const uint8_t **end)
{
    *end = c->text + load32(c->ends, i);
    return c->text + (i ? load32(c->ends, i - 1) : 0);
}

static void count_string(tally *t, const corpus *c, const symbol *s)
{
    uint32_t number = tally_find(t, c->text, s->at, s->size, s->characters);
    if (number)
        strings_of(t)[number - 1].count++;
}

/* Counts the symbols that a sample is cut into, and the pairs of them. */
static void count_pairs(trie *t, tally *pairs, const corpus *c, uint32_t stride)
{
    for (uint32_t i = 0; i < c->entries; i += stride) {
        const uint8_t *end, *p = entry_of(c, i, &end);
        symbol before = {0}; /* the one that ends at p */
        while (p < end && !pairs->failed) {
            symbol *s = symbol_of(t, longest(t, c->text, p, end));
            if (t->failed)
                return;
            if (!s->other)
                s->other = tally_find(pairs, c->text, s->at, s->size, s->characters);
            if (s->other)
                strings_of(pairs)[s->other - 1].count++;
            uint32_t at = (uint32_t)(p - c->text);
            if (before.size && before.characters + s->characters <= LONGEST) {
                symbol pair = {.at = at - before.size, .size = (before.size + s->size) & 63u,
                               .characters = (before.characters + s->characters) & 15u};
                count_string(pairs, c, &pair);
            }
            before = *s;
            p += s->size;
        }
    }
}

static int by_gain(const void *left, const void *right)
{
    const candidate *x = left, *y = right;
    if (x->gain != y->gain)
        return x->gain > y->gain ? -1 : 1;
    int order = memcmp(x->string, y->string, x->size < y->size ? x->size : y->size);
    return order ? order : (x->size > y->size) - (x->size < y->size);
}

/* The bytes that a string saves as a symbol: two for each further character, minus its cost. */
static uint64_t gain_of(const counted *s, uint32_t stride)
{
    uint64_t saved = (uint64_t)s->count * stride * 2 * (s->characters - 1u);
    uint64_t cost = s->size + ENTRY;
    return s->characters > 1 && s->count > 1 && saved > cost ? saved - cost : 0;
}

/* The strings that save anything, the most first. */
static candidate *candidates(const tally *t, const uint8_t *text, uint32_t stride,
                             uint32_t *found)
{
    candidate *list = malloc((t->used + 1) * sizeof *list);
    for (uint32_t i = 0; list && i < t->used; i++) {
        const counted *s = strings_of(t) + i;
        uint64_t gain = gain_of(s, stride);
        if (gain)
            list[(*found)++] = (candidate){text + s->at, gain, 0, s->size, s->characters};
    }
    if (list)
        qsort(list, *found, sizeof *list, by_gain);
    return list;
}

/* Finds the symbols for a corpus. */
static void learn(trie *t, const corpus *c, uint32_t bytes)
{
    uint32_t stride = 1 + bytes / SAMPLE;
    set_symbols(t, c, NULL, 0);
    for (int round = 0; round < ROUNDS && !t->failed; round++) {
        tally pairs;
        uint32_t found = 0;
        tally_make(&pairs, t->seed);
        if (!pairs.failed)
            count_pairs(t, &pairs, c, stride);
        candidate *list = pairs.failed ? NULL : candidates(&pairs, c->text, stride, &found);
        t->failed |= !list;
        if (list)
            set_symbols(t, c, list, found < MOST ? found : MOST);
        free(list);
        tally_free(&pairs);
    }
}

/* --- the texts as codes --------------------------------------------------------------------- */

/* Cuts the whole corpus: the handle of each symbol, and the end of each entry. */
static void cut(trie *t, const corpus *c, buffer *row, buffer *stops)
{
    for (uint32_t i = 0; i < c->entries && !t->failed; i++) {
        const uint8_t *end, *p = entry_of(c, i, &end);
        if (buffer_reserve(row, 4 * (size_t)(end - p)) < 0)
            break;
        while (p < end && !t->failed) {
            uint32_t handle = longest(t, c->text, p, end);
            symbol *s = symbol_of(t, handle);
            s->count++;
            store32(row->data, row->size / 4, handle);
            row->size += 4;
            p += s->size;
        }
        uint64_t stop = row->size / 4;
        buffer_bytes(stops, &stop, sizeof stop);
    }
    t->failed |= row->failed | stops->failed;
}

static void add_used(const trie *t, const corpus *c, uint32_t handle, candidate *list,
                     uint32_t *found)
{
    const symbol *s = symbol_of(t, handle);
    if (s->count)
        list[(*found)++] = (candidate){c->text + s->at, s->count, handle, s->size, s->characters};
}

/* Numbers the symbols that are used, the most frequent first. */
static void number(trie *t, const corpus *c, buffer *symbols, buffer *sizes)
{
    size_t seen = t->seen.size / 4;
    uint32_t found = 0;
    candidate *list = t->failed ? NULL : malloc((t->used + seen + 1) * sizeof *list);
    t->failed |= !list;
    for (uint32_t node = 1; list && node <= t->used; node++)
        add_used(t, c, node, list, &found);
    for (size_t i = 0; list && i < seen; i++)
        add_used(t, c, SINGLE | load32(t->seen.data, i), list, &found);
    if (list)
        qsort(list, found, sizeof *list, by_gain);
    for (uint32_t i = 0; i < found; i++) {
        symbol_of(t, list[i].handle)->other = i;
        buffer_bytes(symbols, list[i].string, list[i].size);
        buffer_byte(sizes, list[i].size);
    }
    free(list);
    t->failed |= symbols->failed | sizes->failed;
}

/* Writes a code, for which there is room of four bytes, and returns its size. */
static size_t put_code(uint8_t *out, uint32_t code)
{
    if (code < SHORT_CODES) {
        out[0] = (uint8_t)code;
        return 1;
    }
    if (code < WIDE_CODES) {
        out[0] = (uint8_t)(SHORT_CODES + ((code - SHORT_CODES) >> 8));
        out[1] = (uint8_t)(code - SHORT_CODES);
        return 2;
    }
    out[0] = 255;
    out[1] = (uint8_t)(code >> 16);
    out[2] = (uint8_t)(code >> 8);
    out[3] = (uint8_t)code;
    return 4;
}

static void put_codes(const trie *t, const buffer *row, const buffer *stops, buffer *codes,
                      buffer *offsets)
{
    size_t at = 0, entries = stops->size / 8;
    for (size_t i = 0; i <= entries; i++) {
        uint32_t offset = (uint32_t)codes->size;
        buffer_bytes(offsets, &offset, sizeof offset);
        size_t stop = i < entries ? (size_t)load64(stops->data, i) : at;
        if (buffer_reserve(codes, 4 * (stop - at)) < 0)
            return;
        for (; at < stop; at++) {
            uint32_t code = symbol_of(t, load32(row->data, at))->other;
            codes->size += put_code(codes->data + codes->size, code);
        }
    }
}

typedef struct {
    buffer symbols, sizes, codes, offsets;
} columns;

static int pack(const corpus *c, uint64_t seed, uint32_t bytes, columns *out)
{
    trie t;
    buffer row = {0}, stops = {0};
    trie_make(&t, seed);
    if (!t.failed)
        learn(&t, c, bytes);
    if (!t.failed)
        cut(&t, c, &row, &stops);
    if (!t.failed)
        number(&t, c, &out->symbols, &out->sizes);
    if (!t.failed)
        put_codes(&t, &row, &stops, &out->codes, &out->offsets);
    free(row.data);
    free(stops.data);
    trie_free(&t);
    return t.failed | out->codes.failed | out->offsets.failed;
}

static int is_well_formed(const Py_buffer *text, const Py_buffer *ends)
{
    uint32_t end = 0;
    for (size_t i = 0; i < (size_t)ends->len / 4; i++) {
        if (load32(ends->buf, i) < end)
            return 0;
        end = load32(ends->buf, i);
    }
    return (uint64_t)text->len == end;
}

static PyObject *py_pack(PyObject *self, PyObject *args)
{
    unsigned long long seed;
    Py_buffer text, ends;
    PyObject *result = NULL;
    (void)self;
    if (!PyArg_ParseTuple(args, "Ky*y*", &seed, &text, &ends))
        return NULL;
    if (!is_well_formed(&text, &ends)) {
        PyErr_SetString(PyExc_ValueError, "entries must end in order, the last with the text");
    } else {
        corpus c = {text.buf, ends.buf, (uint32_t)(ends.len / 4)};
        columns out = {{0}, {0}, {0}, {0}};
        int bad;
        Py_BEGIN_ALLOW_THREADS
        bad = pack(&c, seed, (uint32_t)text.len, &out);
        Py_END_ALLOW_THREADS
        if (bad & MALFORMED)
            PyErr_SetString(PyExc_ValueError, "the text is not UTF-8");
        else if (bad)
            PyErr_NoMemory();
        else
            result = Py_BuildValue("(NNNN)", bytes_of(&out.symbols), bytes_of(&out.sizes),
                                   bytes_of(&out.codes), bytes_of(&out.offsets));
        free(out.symbols.data);
        free(out.sizes.data);
        free(out.codes.data);
        free(out.offsets.data);
    }
    PyBuffer_Release(&text);
    PyBuffer_Release(&ends);
    return result;
}

PyMethodDef pack_methods[] = {
    {"pack", py_pack, METH_VARARGS, NULL},
    {NULL, NULL, 0, NULL},
};
