/* BM25's parameters and norm. indexer/kernel/bm25.py has the formula, its source and its units. Both
 * files state the same numbers, on which the bytes of indexes and the last bits of scores depend. */
#ifndef POLICYSEARCH_BM25_H
#define POLICYSEARCH_BM25_H

#include "bytes.h"

#define K1 1.2
#define B 0.75

/* The norm of a document of `length` eighths is a + c * length. */
typedef struct {
    const uint8_t *lengths; /* in eighths, 32 bits each */
    double a, c;
    uint32_t sections;
} norms;

/* The impact of a term frequency, below 1: times the weight of its term, it is a part of a score. */
static inline double impact_of(double tf, double a, double c, uint32_t length)
{
    return tf / (tf + (a + c * length));
}

#endif
