/* Finds the words of a text; indexer/kernel/plain/analyse.py explains how. */
#include "characters.h"
#include "cut.h"

#define LONGEST_NUMERAL 20
#define DIGITS (LONGEST_NUMERAL + 4) /* of a number: a numeral's, times a thousand, and a carry */

enum { UNKNOWN = -3 };

typedef struct {
    Py_UCS4 *at;
    size_t size;
} characters;

static inline int is_han(const uint8_t *table, Py_UCS4 character)
{
    return kind_of(entry_of(table, character)) == HAN;
}

/* The end of a run of single Han characters, separated by spaces, that begins at `start`. */
static size_t spaced_end(const uint8_t *table, const characters *t, size_t start)
{
    size_t end = start + 1;
    for (;;) {
        size_t next = end;
        while (next < t->size && t->at[next] == ' ')
            next++;
        if (next == end || next == t->size || !is_han(table, t->at[next]) ||
            (next + 1 < t->size && is_han(table, t->at[next + 1])))
            return end;
        end = next + 1;
    }
}

static void close_up(const uint8_t *table, characters *t)
{
    size_t size = 0, end;
    int after_han = 0;
    for (size_t i = 0; i < t->size; i = end) {
        int han = is_han(table, t->at[i]);
        end = han && !after_han ? spaced_end(table, t, i) : i + 1;
        for (; i < end; i++)
            if (end - i == 1 || t->at[i] != ' ')
                t->at[size++] = t->at[i];
        after_han = han;
    }
    t->size = size;
}

/* Folds a text in place; returns 0 or UNKNOWN. */
static int fold(const uint8_t *table, characters *t)
{
    size_t size = 0;
    int spaces = 0;
    for (size_t i = 0; i < t->size; i++) {
        uint32_t entry = entry_of(table, t->at[i]);
        if (!is_known(entry))
            return UNKNOWN;
        Py_UCS4 folded = entry & 0x1FFFFF;
        t->at[size] = folded;
        size += folded != 0;
        spaces |= folded == ' ';
    }
    t->size = size;
    if (spaces)
        close_up(table, t);
    return 0;
}

static int digit_of(Py_UCS4 character)
{
    switch (character) {
    case 0x3007: /* 〇 */
    case 0x96F6: /* 零 */
        return 0;
    case 0x4E00: /* 一 */
        return 1;
    case 0x4E8C: /* 二 */
        return 2;
    case 0x4E09: /* 三 */
        return 3;
    case 0x56DB: /* 四 */
        return 4;
    case 0x4E94: /* 五 */
        return 5;
    case 0x516D: /* 六 */
        return 6;
    case 0x4E03: /* 七 */
        return 7;
    case 0x516B: /* 八 */
        return 8;
    case 0x4E5D: /* 九 */
        return 9;
    default:
        return -1;
    }
}

#define TEN 0x5341   /* 十 */
#define TWO 0x4E24   /* 两 */
#define YEAR 0x5E74  /* 年 */
#define MONTH 0x6708 /* 月 */
#define DAY 0x65E5   /* 日 */
#define NTH 0x7B2C   /* 第 */

/* The number of zeros that a place stands for, or 0. */
static unsigned place_of(Py_UCS4 character)
{
    switch (character) {
    case TEN:
        return 1;
    case 0x767E: /* 百 */
        return 2;
    case 0x5343: /* 千 */
        return 3;
    default:
        return 0;
    }
}

/* True if the low byte is that of a numeral or 两: few other characters need a closer look. */
static inline int may_be_numeral(Py_UCS4 character)
{
    static const uint64_t low_bytes[] = {
        1ull << 0x00 | 1ull << 0x03 | 1ull << 0x07 | 1ull << 0x09 | 1ull << 0x24,
        1ull << (0x41 - 64) | 1ull << (0x43 - 64) | 1ull << (0x5D - 64) | 1ull << (0x6B - 64) |
            1ull << (0x6D - 64) | 1ull << (0x7E - 64),
        1ull << (0x8C - 128) | 1ull << (0x94 - 128),
        1ull << (0xDB - 192) | 1ull << (0xF6 - 192)};
    return low_bytes[character >> 6 & 3] >> (character & 63) & 1;
}

static inline int is_numeral(Py_UCS4 character)
{
    return may_be_numeral(character) && (digit_of(character) >= 0 || place_of(character));
}

/* True if the character makes an ordinal of 第 and a numeral before it. */
static int is_counted(Py_UCS4 character)
{
    static const uint16_t counted[] = {
        0x6761, 0x6B3E, 0x9879, 0x7AE0, 0x8282, 0x7F16, 0x53F7, /* 条款项章节编号 */
        0x6279, 0x671F, 0x5C4A, 0x6B21, 0x7C7B};                /* 批期届次类 */
    for (size_t i = 0; i < sizeof counted / sizeof *counted; i++)
        if (character == counted[i])
            return 1;
    return 0;
}

/* The end of the numeral at `start` that is a number, or `start`. */
static size_t numeral_end(const characters *t, size_t start)
{
    const Py_UCS4 *at = t->at;
    size_t size = t->size, digits = start, days, end;
    if (start && at[start - 1] == NTH) {
        for (end = start; end < size && is_numeral(at[end]);)
            end++;
        if (end > start && end < size && is_counted(at[end]))
            return end;
    }
    while (digits < size && digits - start < 4 && digit_of(at[digits]) >= 0)
        digits++;
    if (digits - start > 1 && digits < size && at[digits] == YEAR)
        return digits;
    for (days = start; days < size && days - start < 3 &&
                       (digit_of(at[days]) >= 0 || at[days] == TEN);)
        days++;
    if (days > start && days < size && (at[days] == MONTH || at[days] == DAY))
        return days;
    if (start + 1 == size)
        return start;
    if (at[start] == TWO || digit_of(at[start]) > 0) {
        if (!place_of(at[start + 1]))
            return start;
    } else if (at[start] != TEN || digit_of(at[start + 1]) < 1) {
        return start;
    }
    for (end = start + 2; end < size && is_numeral(at[end]);)
        end++;
    return end;
}

/* Adds digits, the lowest last, shifted by some places, to a sum whose lowest digit is first. */
static void add_digits(uint8_t *sum, const uint8_t *digits, size_t count, unsigned places)
{
    unsigned carry = 0;
    for (size_t i = places; i < DIGITS; i++) {
        unsigned digit = i - places < count ? digits[count - 1 - (i - places)] : 0;
        digit += sum[i] + carry;
        sum[i] = (uint8_t)(digit % 10);
        carry = digit / 10;
    }
}

/* Writes the number of a numeral of up to LONGEST_NUMERAL; its size, or 0 if it has none. */
static size_t write_number(const Py_UCS4 *numeral, size_t size, Py_UCS4 *out)
{
    uint8_t sum[DIGITS] = {0}, pending[LONGEST_NUMERAL];
    static const uint8_t one = 1;
    size_t count = 0;
    unsigned place = 4;
    for (size_t i = 0; i < size; i++) {
        unsigned own = place_of(numeral[i]);
        if (!own) {
            pending[count++] = (uint8_t)(numeral[i] == TWO ? 2 : digit_of(numeral[i]));
            continue;
        }
        if (own >= place)
            return 0; /* places descend from left to right */
        place = own;
        int zero = 1;
        for (size_t k = 0; k < count; k++)
            zero &= !pending[k];
        if (zero)
            add_digits(sum, &one, 1, place);
        else
            add_digits(sum, pending, count, place);
        count = 0;
    }
    int is_short = (place == 2 || place == 3) && count == 1; /* 二百五 is 250 */
    add_digits(sum, pending, count, is_short ? place - 1 : 0);
    size_t digits = DIGITS, written = 0;
    while (digits > 1 && !sum[digits - 1])
        digits--;
    while (digits)
        out[written++] = (Py_UCS4)('0' + sum[--digits]);
    return written;
}

/* Writes a folded text with its numbers in digits: up to four characters for one. */
static void write_arabic(const characters *t, characters *out)
{
    out->size = 0;
    for (size_t i = 0; i < t->size;) {
        Py_UCS4 character = t->at[i];
        size_t end = i;
        if (may_be_numeral(character) && (is_numeral(character) || character == TWO))
            end = numeral_end(t, i);
        size_t written = 0;
        if (end > i && end - i <= LONGEST_NUMERAL)
            written = write_number(t->at + i, end - i, out->at + out->size);
        out->size += written;
        if (end == i)
            end = i + 1;
        if (!written)
            while (i < end)
                out->at[out->size++] = t->at[i++];
        i = end;
    }
}

typedef struct {
    const uint8_t *table;
    cutting cut;
    characters out; /* words, a NUL between them */
} splitting;

static void add_word(splitting *s, const Py_UCS4 *word, size_t size)
{
    if (s->out.size)
        s->out.at[s->out.size++] = 0;
    memcpy(s->out.at + s->out.size, word, size * sizeof *word);
    s->out.size += size;
}

static int add_cut(splitting *s, const Py_UCS4 *run, size_t size)
{
    int state = cut_run(&s->cut, run, size);
    if (state < 0)
        return state;
    for (size_t i = 0, start = 0; i < s->cut.count; start = s->cut.ends[i++])
        add_word(s, run + start, s->cut.ends[i] - start);
    return 0;
}

static size_t run_end(const uint8_t *table, const characters *t, size_t start, unsigned kind)
{
    while (start < t->size && kind_of(entry_of(table, t->at[start])) == kind)
        start++;
    return start;
}

/* Adds the words of a text whose numbers are in digits. */
static int split(splitting *s, const characters *t)
{
    for (size_t i = 0, end; i < t->size; i = end) {
        uint32_t entry = entry_of(s->table, t->at[i]);
        unsigned kind = kind_of(entry);
        int state = is_known(entry) ? 0 : UNKNOWN;
        end = i + 1;
        if (kind != LETTER && kind != DIGIT && kind != HAN) {
            if (state < 0)
                return state;
            continue;
        }
        end = run_end(s->table, t, end, kind);
        while (kind == DIGIT && end + 1 < t->size && t->at[end] == '.' &&
               kind_of(entry_of(s->table, t->at[end + 1])) == DIGIT)
            end = run_end(s->table, t, end + 1, DIGIT);
        if (kind == HAN)
            state = add_cut(s, t->at + i, end - i);
        else
            add_word(s, t->at + i, end - i);
        if (state < 0)
            return state;
    }
    return 0;
}

static PyObject *string_of(const characters *t)
{
    int order = -1; /* little-endian */
    Py_ssize_t size = (Py_ssize_t)(t->size * sizeof *t->at);
    return PyUnicode_DecodeUTF32((const char *)t->at, size, "surrogatepass", &order);
}

static void drop_blanks(const uint8_t *table, characters *t)
{
    size_t size = 0;
    for (size_t i = 0; i < t->size; i++) {
        t->at[size] = t->at[i];
        size += kind_of(entry_of(table, t->at[i])) != BLANK;
    }
    t->size = size;
}

/* Finds the words of a folded text; returns 0, or a state below 0. */
static int find_words(splitting *s, const characters *folded)
{
    size_t most = folded->size;
    for (size_t i = 0; i < folded->size; i++)
        most += 3 * (size_t)is_numeral(folded->at[i]); /* 第千条 is 第1000条 */
    characters numbered = {malloc((most + 1) * sizeof(Py_UCS4)), 0};
    s->out.at = malloc((2 * most + 1) * sizeof(Py_UCS4));
    int state = NO_MEMORY;
    if (numbered.at && s->out.at) {
        write_arabic(folded, &numbered);
        state = split(s, &numbered);
    }
    free(numbered.at);
    return state;
}

/* Returns the words of a folded text; None if a character is unknown. */
static PyObject *words_of(const uint8_t *table, const cutter *tables, const characters *folded)
{
    splitting s = {.table = table, .cut = {.tables = tables}};
    int state = find_words(&s, folded);
    PyObject *words = NULL;
    if (!state)
        words = string_of(&s.out);
    else if (state == UNKNOWN)
        words = Py_NewRef(Py_None);
    else
        cut_failed(state);
    cutting_free(&s.cut);
    free(s.out.at);
    return words;
}

/* The arguments: a table, a copy of the text, and perhaps a dictionary. */
typedef struct {
    Py_buffer table;
    const cutter *tables;
    characters text;
} given;

static int take(PyObject *args, const char *format, given *g)
{
    PyObject *text, *capsule = NULL;
    if (!PyArg_ParseTuple(args, format, &g->table, &text, &capsule))
        return -1;
    if (g->table.len != 4 * CHARACTERS)
        PyErr_SetString(PyExc_ValueError, "a table of 131072 characters is wanted");
    else if (!capsule || (g->tables = cutter_of(capsule)))
        g->text.at = PyUnicode_AsUCS4Copy(text);
    g->text.size = (size_t)PyUnicode_GetLength(text);
    if (g->text.at)
        return 0;
    PyBuffer_Release(&g->table);
    return -1;
}

static void drop(given *g)
{
    PyBuffer_Release(&g->table);
    PyMem_Free(g->text.at);
}

static PyObject *py_fold(PyObject *self, PyObject *args)
{
    given g = {0};
    (void)self;
    if (take(args, "y*U", &g) < 0)
        return NULL;
    int state = fold(g.table.buf, &g.text);
    PyObject *folded = state < 0 ? Py_NewRef(Py_None) : string_of(&g.text);
    drop(&g);
    return folded;
}

static PyObject *py_words(PyObject *self, PyObject *args)
{
    given g = {0};
    (void)self;
    if (take(args, "y*UO", &g) < 0)
        return NULL;
    PyObject *words = words_of(g.table.buf, g.tables, &g.text);
    drop(&g);
    return words;
}

static PyObject *py_analyse(PyObject *self, PyObject *args)
{
    given g = {0};
    (void)self;
    if (take(args, "y*UO", &g) < 0)
        return NULL;
    PyObject *result = NULL, *words;
    if (fold(g.table.buf, &g.text) < 0)
        words = Py_NewRef(Py_None);
    else
        words = words_of(g.table.buf, g.tables, &g.text);
    if (words == Py_None) {
        result = words;
    } else if (words) {
        drop_blanks(g.table.buf, &g.text);
        result = Py_BuildValue("NN", words, string_of(&g.text));
    }
    drop(&g);
    return result;
}

PyMethodDef analyse_methods[] = {
    {"fold", py_fold, METH_VARARGS, NULL},
    {"words", py_words, METH_VARARGS, NULL},
    {"analyse", py_analyse, METH_VARARGS, NULL},
    {NULL, NULL, 0, NULL},
};
