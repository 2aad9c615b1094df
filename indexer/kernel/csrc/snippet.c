/* Chooses and shows the stretch of a text that shows its matches best, which
 * indexer/kernel/plain/snippet.py defines. */
#include "excerpt.h"

#define ELLIPSIS 0x2026
#define COMMA 0xFF0C
#define REPLACEMENT 0xFFFD

/* A match in the form it is given in, 32 bits each. */
enum { START, END, NEEDLE, NUMBERS };

/* Matches that touch or overlap, from the one after the last of the run before up to `upto`. */
typedef struct {
    uint32_t start, end, upto;
} run;

typedef struct {
    const uint8_t *text; /* 32 bits a character */
    uint32_t length, width;
    const uint8_t *matches, *weights;
    uint32_t match_count;
    run *runs;
    uint32_t run_count;
    uint32_t *inside; /* of each needle: its matches in the window that is looked at */
} showing;

typedef struct {
    Py_UCS4 *text;
    uint32_t length;
    buffer highlights; /* start and end, 32 bits each */
} shown;

static inline uint32_t number_of(const showing *s, uint32_t match, int which)
{
    return load32(s->matches, (size_t)match * NUMBERS + (size_t)which);
}

static inline Py_UCS4 character(const showing *s, int64_t at)
{
    return load32(s->text, (size_t)at);
}

/* As str.isspace. */
static inline int is_space(Py_UCS4 c)
{
    if (c < 0x80)
        return c == ' ' || (c >= 9 && c <= 13) || (c >= 0x1C && c <= 0x1F);
    return c == 0x85 || c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) || c == 0x2028 ||
           c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
}

static inline int is_blank(Py_UCS4 c)
{
    return c < 0x20 || (c >= 0x7F && c < 0xA0) || is_space(c);
}

static inline int is_invisible(Py_UCS4 c)
{
    return c == 0xAD || (c >= 0x200B && c <= 0x200F) || (c >= 0x202A && c <= 0x202E) ||
           (c >= 0x2060 && c <= 0x2069) || c == 0xFEFF;
}

/* The ends of sentences. */
static inline int is_stop(Py_UCS4 c)
{
    return c == 0x3002 || c == 0xFF1B || c == 0xFF01 || c == 0xFF1F || c == '\n';
}

/* The last stop from `from` up to `to`, or -1. */
static int64_t last_stop(const showing *s, int64_t from, int64_t to)
{
    while (to-- > from)
        if (is_stop(character(s, to)))
            return to;
    return -1;
}

/* Groups the matches into runs; returns -1 if they are not as `snippet` requires. */
static int gather_runs(showing *s, uint32_t needles)
{
    uint32_t before = 0;
    for (uint32_t i = 0; i < s->match_count; i++) {
        uint32_t start = number_of(s, i, START), end = number_of(s, i, END);
        if (start < before || start >= end || end > s->length ||
            number_of(s, i, NEEDLE) >= needles)
            return -1;
        before = start;
        if (!s->run_count || start > s->runs[s->run_count - 1].end)
            s->runs[s->run_count++] = (run){start, end, i};
        run *last = s->runs + s->run_count - 1;
        last->end = end > last->end ? end : last->end;
        last->upto = i + 1;
    }
    return 0;
}

/* Takes a run into the window (1) or out of it (-1); returns the change in the weight of needles. */
static uint64_t weigh_run(showing *s, uint32_t which, int change)
{
    uint64_t weight = 0;
    uint32_t i = which ? s->runs[which - 1].upto : 0;
    for (; i < s->runs[which].upto; i++) {
        uint32_t needle = number_of(s, i, NEEDLE);
        if (change < 0)
            s->inside[needle]--;
        if (!s->inside[needle])
            weight += load32(s->weights, needle);
        if (change > 0)
            s->inside[needle]++;
    }
    return weight;
}

/* From the start of the first to the end of the last run of the heaviest window. */
static void densest(showing *s, int64_t *first, int64_t *last)
{
    uint64_t total = 0, best = 0;
    uint32_t upto = 0;
    for (uint32_t i = 0; i < s->run_count; i++) {
        uint64_t limit = (uint64_t)s->runs[i].start + s->width;
        while (upto < s->run_count && (upto <= i || s->runs[upto].end <= limit))
            total += weigh_run(s, upto++, 1);
        if (!i || total > best) {
            best = total;
            *first = s->runs[i].start;
            *last = s->runs[upto - 1].end;
        }
        total -= weigh_run(s, i, -1);
    }
}

/* The run that begins before a position and ends after it, or NULL. */
static const run *run_across(const showing *s, int64_t position)
{
    uint32_t low = 0, high = s->run_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (s->runs[middle].start < position)
            low = middle + 1;
        else
            high = middle;
    }
    return low && position < s->runs[low - 1].end ? s->runs + low - 1 : NULL;
}

static int64_t window_start(const showing *s, int64_t first, int64_t last)
{
    int64_t spare = s->width - (last - first), start;
    int64_t earliest = first - (spare - spare / 3);
    earliest = earliest > 0 ? earliest : 0;
    int64_t stop = last_stop(s, earliest, first);
    if (stop >= 0) {
        start = stop + 1;
    } else if (!earliest) {
        start = 0;
    } else {
        int64_t half = first - spare / 2, rest = (int64_t)s->length - s->width;
        start = half < rest ? half : rest;
        start = start > first - spare ? start : first - spare;
        for (int64_t at = start; at < first; at++)
            if (character(s, at) == COMMA) {
                start = at + 1;
                break;
            }
    }
    const run *across = run_across(s, start);
    return across ? across->end : start;
}

static int64_t window_end(const showing *s, int64_t last, int64_t limit)
{
    if (limit >= s->length)
        return s->length;
    const run *across = run_across(s, limit);
    if (across && across->start >= last)
        limit = across->start;
    int64_t near = limit - (limit - last) / 4;
    int64_t stop = last_stop(s, near > last ? near : last, limit);
    return stop < 0 ? limit : stop + 1;
}

static void best_window(showing *s, int64_t *start, int64_t *end)
{
    int64_t first = 0, last = 0;
    *start = 0;
    *end = s->length;
    if (s->length <= s->width)
        return;
    densest(s, &first, &last);
    last = last < first + s->width ? last : first + s->width;
    *start = window_start(s, first, last);
    *end = window_end(s, last, *start + s->width);
}

static int says_something(const showing *s, int64_t from, int64_t to)
{
    for (; from < to; from++)
        if (!is_space(character(s, from)))
            return 1;
    return 0;
}

/* Writes the characters from `start` up to `end` as they are shown; runs are highlighted. */
static void show(const showing *s, int64_t start, int64_t end, shown *out)
{
    uint32_t at = 0;
    int after_blank = 1, open = 0;
    if (says_something(s, 0, start))
        out->text[out->length++] = ELLIPSIS;
    while (at < s->run_count && s->runs[at].end <= start)
        at++;
    for (int64_t i = start; i < end; i++) {
        Py_UCS4 c = character(s, i);
        if (at < s->run_count && i >= s->runs[at].end) {
            at++;
            open = 0;
        }
        if (is_invisible(c) || (is_blank(c) && after_blank))
            continue;
        after_blank = is_blank(c);
        out->text[out->length++] = after_blank ? ' '
                                 : c >= 0xD800 && c < 0xE000 ? REPLACEMENT : c;
        if (after_blank || at == s->run_count || i < s->runs[at].start)
            continue;
        uint32_t place[2] = {out->length - 1, out->length};
        if (open && !out->highlights.failed)
            store32(out->highlights.data, out->highlights.size / 4 - 1, out->length);
        else
            buffer_bytes(&out->highlights, place, sizeof place);
        open = 1;
    }
    if (after_blank && out->length && out->text[out->length - 1] == ' ')
        out->length--;
    if (says_something(s, end, s->length))
        out->text[out->length++] = ELLIPSIS;
}

static PyObject *highlights_of(const buffer *b)
{
    size_t count = b->size / 8;
    PyObject *result = PyTuple_New((Py_ssize_t)count);
    for (size_t i = 0; result && i < count; i++) {
        PyObject *pair = Py_BuildValue("(II)", load32(b->data, 2 * i), load32(b->data, 2 * i + 1));
        if (!pair || PyTuple_SetItem(result, (Py_ssize_t)i, pair) < 0) {
            Py_DECREF(result);
            return NULL;
        }
    }
    return result;
}

/* The number of lines that end before the first match that begins at `start` or later. */
static uint32_t lines_before(const showing *s, int64_t start)
{
    uint32_t i = 0, lines = 0;
    while (i < s->match_count && number_of(s, i, START) < start)
        i++;
    int64_t end = i < s->match_count ? number_of(s, i, START) : 0;
    for (int64_t at = 0; at < end; at++)
        lines += character(s, at) == '\n';
    return lines;
}

static PyObject *snippet(showing *s, uint32_t needle_count)
{
    int64_t start, end;
    int little = -1;
    if (gather_runs(s, needle_count) < 0) {
        PyErr_SetString(PyExc_ValueError, "matches lie outside their text");
        return NULL;
    }
    best_window(s, &start, &end);
    shown out = {malloc(((size_t)(end - start) + 2) * sizeof(Py_UCS4)), 0, {0}};
    if (out.text)
        show(s, start, end, &out);
    PyObject *result = NULL, *text = NULL, *highlights = NULL;
    if (!out.text || out.highlights.failed)
        PyErr_NoMemory();
    else if ((text = PyUnicode_DecodeUTF32((char *)out.text, 4 * (Py_ssize_t)out.length, NULL,
                                           &little)) &&
             (highlights = highlights_of(&out.highlights)))
        result = Py_BuildValue("(OOI)", text, highlights, lines_before(s, start));
    Py_XDECREF(text);
    Py_XDECREF(highlights);
    free(out.text);
    free(out.highlights.data);
    return result;
}

PyObject *show_matches(const uint8_t *text, uint32_t length, const buffer *matches,
                       const Py_buffer *weights, uint32_t width)
{
    size_t count = matches->size / (4 * NUMBERS), needle_count = (size_t)weights->len / 4;
    run *runs = malloc((count + 1) * sizeof *runs);
    uint32_t *inside = calloc(needle_count + 1, sizeof *inside);
    PyObject *result = NULL;
    if (runs && inside) {
        showing s = {text, length, width, matches->data, weights->buf, (uint32_t)count,
                     runs, 0,      inside};
        result = snippet(&s, (uint32_t)needle_count);
    } else {
        PyErr_NoMemory();
    }
    free(runs);
    free(inside);
    return result;
}

/* A text's best window as it is shown. */
static PyObject *py_snippet(PyObject *self, PyObject *args)
{
    PyObject *source, *result = NULL;
    Py_buffer matches, weights;
    unsigned width;
    (void)self;
    if (!PyArg_ParseTuple(args, "Uy*y*I", &source, &matches, &weights, &width))
        return NULL;
    Py_ssize_t length = PyUnicode_GetLength(source);
    Py_UCS4 *text = length < INT32_MAX ? PyUnicode_AsUCS4Copy(source) : NULL;
    buffer found = {matches.buf, (size_t)matches.len, (size_t)matches.len, 0};
    if (text)
        result = show_matches((uint8_t *)text, (uint32_t)length, &found, &weights, width);
    else if (!PyErr_Occurred())
        PyErr_NoMemory();
    PyMem_Free(text);
    PyBuffer_Release(&matches);
    PyBuffer_Release(&weights);
    return result;
}

PyMethodDef snippet_methods[] = {
    {"snippet", py_snippet, METH_VARARGS, NULL},
    {NULL, NULL, 0, NULL},
};
