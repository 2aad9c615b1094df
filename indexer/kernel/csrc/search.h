/* A search for the k best sections: what topk.c reads from Python and search.c works on. */
#ifndef POLICYSEARCH_SEARCH_H
#define POLICYSEARCH_SEARCH_H

#include "module.h"
#include "postings.h"

/* A block of a term: what the blocks before it in the row add to a score, at most; where its data
 * is, from the base of the term; its postings, and those of them that have the code ONE. */
typedef struct {
    uint32_t term, offset;
    float before;
    uint32_t counts; /* ones * 2^16 + all */
} reference;

typedef struct {
    Py_buffer postings, lengths;
    double a, c, scale;
    int wide; /* lengths of 32 bits, not 16 */
} field;

typedef struct {
    const uint8_t *base, *lengths;
    double weight, a, c, scale;
    int wide;
} scored;

typedef struct {
    double score;
    uint32_t doc;
} hit;

typedef struct {
    double weight;
    uint32_t term;
} weighed;

typedef struct {
    uint32_t sections, ranges;
    Py_ssize_t field_count, term_count, k, found;
    field *fields;
    scored *terms;
    list *lists;           /* of the terms */
    uint8_t *scratch;      /* blocks of the sparse lists */
    size_t scratch_size;
    weighed *by_weight;    /* the heaviest first: the order in which a score is added up */
    reference *references; /* rows of term_count, by range, each in that order */
    uint32_t *sizes;       /* of the rows */
    double *bounds;        /* of the scores in each range */
    uint32_t *order;       /* the ranges to visit */
    hit *hits;             /* the worst on top */
    const uint8_t *filter;
    double floor;
    int zeros;
} search;

/* Fills hits, best first; returns 0, -1 if the postings are damaged, -2 if memory runs out. */
int search_run(search *s);

#endif
