/* Packing texts: pieces that come often become symbols, and a text the row of its symbols' codes.
 *
 * Which symbols: as in FSST (Boncz, Neumann, Leis 2020, "FSST: Fast Random Access String
 * Compression"), in rounds. Each cuts a sample into the longest symbols known so far, counts these
 * and their pairs, and keeps those that save most. indexer/codec/twin.py says it shorter.
 */
#include "kernel.h"

#define ROUNDS 5
#define SAMPLE (1u << 21) /* bytes, about */
#define MOST 30000        /* symbols of several characters */
#define LONGEST 12        /* characters of a symbol */
#define ENTRY 8           /* bytes a symbol costs beside its own */

/* A trie in a hash table: (node, character) -> node. Node 0 is the root. */
typedef struct {
    uint64_t key; /* plus 1; 0 marks a free slot */
    uint32_t node;
    uint16_t is_symbol; /* whether the node is one; single characters need not be marked */
    uint16_t is_inner;  /* whether a symbol goes on behind it */
} edge;

typedef struct {
    uint32_t at, count; /* where the node's string stands in the text; how often it came */
    uint32_t other;     /* its node in the trie of pairs; the code of the symbol in the end */
    uint8_t size, characters;
} node;

typedef struct {
    uint64_t seed;
    edge *edges;
    size_t mask;
    node *nodes;
    uint32_t used, room;
    int failed;
} trie;

typedef struct {
    const uint8_t *text;
    const uint8_t *ends; /* of the entries, 32 bits each */
    uint32_t entries;
} corpus;

typedef struct {
    const uint8_t *string;
    uint64_t gain;
    uint32_t id;
    uint8_t size;
} candidate;

static uint64_t mix(uint64_t h)
{
    h ^= h >> 32;
    h *= 0x9E3779B97F4A7C15u;
    return h ^ h >> 29;
}

static void trie_make(trie *t, uint64_t seed)
{
    memset(t, 0, sizeof *t);
    t->seed = seed;
    t->used = 1;
    t->mask = (1u << 12) - 1;
    t->room = 1u << 11;
    t->edges = calloc(t->mask + 1, sizeof *t->edges);
    t->nodes = malloc(t->room * sizeof *t->nodes);
    t->failed = !t->edges || !t->nodes;
    if (!t->failed)
        t->nodes[0] = (node){0, 0, 0, 0, 0};
}

static void trie_free(trie *t)
{
    free(t->edges);
    free(t->nodes);
}

static edge *find(const trie *t, uint64_t key)
{
    size_t at = mix(key ^ t->seed) & t->mask;
    while (t->edges[at].key && t->edges[at].key != key)
        at = (at + 1) & t->mask;
    return t->edges + at;
}

static void grow(trie *t)
{
    trie larger = *t;
    larger.mask = t->mask * 2 + 1;
    larger.room = t->room * 2;
    larger.edges = calloc(larger.mask + 1, sizeof *larger.edges);
    node *nodes = realloc(t->nodes, larger.room * sizeof *nodes);
    if (nodes)
        t->nodes = larger.nodes = nodes;
    if (!nodes || !larger.edges) {
        free(larger.edges);
        t->failed = 1;
        return;
    }
    for (size_t i = 0; i <= t->mask; i++)
        if (t->edges[i].key)
            *find(&larger, t->edges[i].key) = t->edges[i];
    free(t->edges);
    *t = larger;
}

/* The size of the character at p, which is UTF-8 but for the end of the text. */
static inline uint32_t char_size(const uint8_t *p, const uint8_t *end)
{
    uint32_t size = *p < 0x80 ? 1 : *p < 0xE0 ? 2 : *p < 0xF0 ? 3 : 4;
    return size <= (size_t)(end - p) ? size : (uint32_t)(end - p);
}

static inline uint64_t key_of(uint32_t from, const uint8_t *p, uint32_t size)
{
    uint32_t character = p[0];
    for (uint32_t i = 1; i < size; i++)
        character = character << 8 | p[i];
    return ((uint64_t)from << 32 | character) + 1;
}

/* The edge to the node behind a character, which is made if it is new; NULL without memory. */
static edge *step(trie *t, uint32_t from, const uint8_t *text, const uint8_t *p, uint32_t size)
{
    uint64_t key = key_of(from, p, size);
    edge *e = find(t, key);
    if (e->key)
        return e;
    if (t->used == t->room) {
        grow(t);
        if (t->failed)
            return NULL;
        e = find(t, key);
    }
    node before = t->nodes[from];
    *e = (edge){key, t->used++, 0, 0};
    t->nodes[e->node] = (node){(uint32_t)(p - text) - before.size, 0, 0,
                               (uint8_t)(before.size + size), (uint8_t)(before.characters + 1)};
    return e;
}

/* The edge to the node behind a string (not empty); NULL without memory. */
static edge *walk(trie *t, uint32_t from, const uint8_t *text, const uint8_t *p, uint32_t size)
{
    edge *e = NULL;
    for (const uint8_t *end = p + size; p < end;) {
        uint32_t one = char_size(p, end);
        if (e)
            e->is_inner = 1;
        if (!(e = step(t, from, text, p, one)))
            return NULL;
        from = e->node;
        p += one;
    }
    return e;
}

/* The node of the longest symbol at p, 0 without memory. */
static uint32_t longest(trie *t, const uint8_t *text, const uint8_t *p, const uint8_t *end)
{
    uint32_t size = char_size(p, end);
    const edge *e = step(t, 0, text, p, size);
    uint32_t best = e ? e->node : 0;
    while (e && e->is_inner && (p += size) < end) {
        size = char_size(p, end);
        e = find(t, key_of(e->node, p, size));
        if (!e->key)
            break;
        if (e->is_symbol)
            best = e->node;
    }
    return best;
}

static const uint8_t *entry_of(const corpus *c, uint32_t i, const uint8_t **end)
{
    *end = c->text + load32(c->ends, i);
    return c->text + (i ? load32(c->ends, i - 1) : 0);
}

/* The node in `pairs` of the string of a node. */
static uint32_t counterpart(trie *pairs, node *n, const uint8_t *text)
{
    if (!n->other) {
        const edge *e = walk(pairs, 0, text, text + n->at, n->size);
        n->other = e ? e->node : 0;
    }
    return n->other;
}

/* Counts in `pairs` the symbols that a sample is cut into, and the pairs of them. */
static void count_pairs(trie *t, trie *pairs, const corpus *c, uint32_t stride)
{
    for (uint32_t i = 0; i < c->entries; i += stride) {
        const uint8_t *end, *p = entry_of(c, i, &end);
        uint32_t before = 0;
        while (p < end) {
            uint32_t at = longest(t, c->text, p, end);
            node *n = t->nodes + at, *m = t->nodes + before;
            uint32_t other = at ? counterpart(pairs, n, c->text) : 0;
            if (!other)
                return;
            pairs->nodes[other].count++;
            if (before && m->characters + n->characters <= LONGEST) {
                const edge *e = walk(pairs, m->other, c->text, p, n->size);
                if (!e)
                    return;
                pairs->nodes[e->node].count++;
            }
            before = at;
            p += n->size;
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

/* What bytes a string saves as a symbol, two for each further character, less what it costs. */
static uint64_t gain_of(const node *n, uint32_t stride)
{
    uint64_t saved = (uint64_t)n->count * stride * 2 * (n->characters - 1u);
    uint64_t cost = n->size + ENTRY;
    return n->characters > 1 && n->count > 1 && saved > cost ? saved - cost : 0;
}

/* The nodes with something to gain, the most first. */
static candidate *candidates(const trie *t, const uint8_t *text, uint32_t stride, uint32_t *found)
{
    candidate *list = malloc((t->used + 1) * sizeof *list);
    *found = 0;
    for (uint32_t id = 1; list && id < t->used; id++) {
        const node *n = t->nodes + id;
        uint64_t gain = gain_of(n, stride);
        if (gain)
            list[(*found)++] = (candidate){text + n->at, gain, id, n->size};
    }
    if (list)
        qsort(list, *found, sizeof *list, by_gain);
    return list;
}

/* Marks the symbols for a corpus. */
static void learn(trie *t, const corpus *c, uint32_t bytes)
{
    uint32_t stride = 1 + bytes / SAMPLE;
    for (int round = 0; round < ROUNDS && !t->failed; round++) {
        trie pairs;
        uint32_t found = 0;
        trie_make(&pairs, t->seed);
        if (!pairs.failed)
            count_pairs(t, &pairs, c, stride);
        int failed = t->failed | pairs.failed;
        candidate *list = failed ? NULL : candidates(&pairs, c->text, stride, &found);
        trie_free(t);
        trie_make(t, pairs.seed);
        for (uint32_t i = 0; i < found && i < MOST && !t->failed; i++) {
            edge *e = walk(t, 0, c->text, list[i].string, list[i].size);
            if (e)
                e->is_symbol = 1;
        }
        t->failed |= failed | !list;
        free(list);
        trie_free(&pairs);
    }
}

/* Cuts the whole corpus: a node for each symbol, and where the row of each entry ends. */
static void cut(trie *t, const corpus *c, buffer *row, buffer *stops)
{
    for (uint32_t i = 0; i < c->entries && !row->failed; i++) {
        const uint8_t *end, *p = entry_of(c, i, &end);
        while (p < end) {
            uint32_t at = longest(t, c->text, p, end);
            if (!at)
                return;
            t->nodes[at].count++;
            buffer_bytes(row, &at, sizeof at);
            p += t->nodes[at].size;
        }
        uint64_t stop = row->size;
        buffer_bytes(stops, &stop, sizeof stop);
    }
    t->failed |= row->failed | stops->failed;
}

/* Numbers the symbols that are used, the most frequent first. */
static void number(trie *t, const uint8_t *text, buffer *symbols, buffer *sizes)
{
    candidate *list = t->failed ? NULL : malloc((t->used + 1) * sizeof *list);
    uint32_t found = 0;
    t->failed |= !list;
    for (uint32_t id = 1; list && id < t->used; id++)
        if (t->nodes[id].count)
            list[found++] =
                (candidate){text + t->nodes[id].at, t->nodes[id].count, id, t->nodes[id].size};
    if (list)
        qsort(list, found, sizeof *list, by_gain);
    for (uint32_t i = 0; i < found; i++) {
        t->nodes[list[i].id].other = i;
        buffer_bytes(symbols, list[i].string, list[i].size);
        buffer_byte(sizes, list[i].size);
    }
    free(list);
    t->failed |= symbols->failed | sizes->failed;
}

static void put_code(buffer *out, uint32_t code)
{
    uint8_t bytes[4] = {(uint8_t)code};
    size_t size = 1;
    if (code >= WIDE_CODES) {
        bytes[0] = 255;
        bytes[1] = (uint8_t)(code >> 16);
        bytes[2] = (uint8_t)(code >> 8);
        bytes[3] = (uint8_t)code;
        size = 4;
    } else if (code >= SHORT_CODES) {
        bytes[0] = (uint8_t)(SHORT_CODES + ((code - SHORT_CODES) >> 8));
        bytes[1] = (uint8_t)(code - SHORT_CODES);
        size = 2;
    }
    buffer_bytes(out, bytes, size);
}

typedef struct {
    buffer symbols, sizes, codes, offsets;
} packed;

static int pack(const corpus *c, uint64_t seed, uint32_t bytes, packed *out)
{
    trie t;
    buffer row = {0}, stops = {0};
    trie_make(&t, seed);
    learn(&t, c, bytes);
    if (!t.failed)
        cut(&t, c, &row, &stops);
    number(&t, c->text, &out->symbols, &out->sizes);
    for (uint32_t i = 0; !t.failed && i <= c->entries; i++) {
        uint32_t offset = (uint32_t)out->codes.size;
        buffer_bytes(&out->offsets, &offset, sizeof offset);
        size_t from = i ? (size_t)load64(stops.data, i - 1) : 0;
        size_t to = i < c->entries ? (size_t)load64(stops.data, i) : from;
        for (; from < to; from += 4)
            put_code(&out->codes, t.nodes[load32(row.data, from / 4)].other);
    }
    free(row.data);
    free(stops.data);
    trie_free(&t);
    return t.failed || out->codes.failed || out->offsets.failed ? -1 : 0;
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

static PyObject *bytes_of(const buffer *b)
{
    return PyBytes_FromStringAndSize((const char *)b->data, (Py_ssize_t)b->size);
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
        packed out = {{0}, {0}, {0}, {0}};
        int bad;
        Py_BEGIN_ALLOW_THREADS
        bad = pack(&c, seed, (uint32_t)text.len, &out);
        Py_END_ALLOW_THREADS
        result = bad ? PyErr_NoMemory()
                     : Py_BuildValue("(NNNN)", bytes_of(&out.symbols), bytes_of(&out.sizes),
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
