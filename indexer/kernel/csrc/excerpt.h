/* The steps from a packed text to its snippet: its folded form, its matches, the best window. */
#ifndef POLICYSEARCH_EXCERPT_H
#define POLICYSEARCH_EXCERPT_H

#include "texts.h"

enum { DAMAGED = -1, NO_MEMORY = -2 };

/* A text in code points, and where the characters of its folded form begin and end in it. */
typedef struct {
    buffer source, folded, starts, ends; /* 32 bits each */
    const uint8_t *gaps; /* by character: 1 if it folds to nothing */
    uint32_t gap_count;
} folding;

/* Reads the text of codes: 0, DAMAGED or NO_MEMORY. */
int fold_text(folding *t, const packed *column);
void folding_free(folding *t);

/* Needles, one after the other: letters, where each ends in these, its group; 32 bits each. */
typedef struct {
    Py_buffer letters, ends, groups;
} needles;

int needles_fit(const needles *n);
void release_needles(needles *n);

/* A folded text in code points, and where its characters begin and end in its source. */
typedef struct {
    const uint8_t *text, *starts, *ends; /* 32 bits each */
    uint32_t count;
} places;

/* Appends the matches of needles: start, end, needle, 32 bits each. 0 or NO_MEMORY. */
int find_needles(const needles *n, const places *p, buffer *out);

/* The snippet of a text, its highlights, and the number of lines that end before the first match that
 * is shown; NULL with an error set. */
PyObject *show_matches(const uint8_t *text, uint32_t length, const buffer *matches,
                       const Py_buffer *weights, uint32_t width);

#endif
