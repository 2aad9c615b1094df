/* A search for the k best units: what topk.c reads from Python and search.c works on. */
#ifndef POLICYSEARCH_SEARCH_H
#define POLICYSEARCH_SEARCH_H

#include "kernel.h"

/* A block of a term. */
typedef struct {
    uint32_t offset, term; /* where its documents are: from the base of the term */
    float bound;
    uint8_t last, uniform, code, spare; /* number of postings less 1 */
} reference;

typedef struct {
    Py_buffer postings, lengths;
    double a, c, scale;
} field;

typedef struct {
    const field *field;
    const uint8_t *base;
    double weight;
    list list;
} scored;

typedef struct {
    double score;
    uint32_t doc;
} hit;

typedef struct {
    uint32_t units, ranges;
    Py_ssize_t field_count, term_count, k, found;
    field *fields;
    scored *terms;
    uint32_t *by_weight;       /* terms, the heaviest first */
    reference *references;     /* rows of term_count, by range, filled from the end */
    uint32_t *sizes;           /* of the rows */
    const reference **of_term; /* those of the range at hand, or NULL */
    reference *row;            /* the same, the lightest term first */
    double *bounds;
    uint32_t *heap; /* ranges, the greatest bound on top */
    hit *hits;      /* the worst on top */
    const uint8_t *filter;
    double floor;
    int zeros;
} search;

/* Fills hits, best first: 0, or -1 where the postings are damaged. */
int search_run(search *s);

#endif
