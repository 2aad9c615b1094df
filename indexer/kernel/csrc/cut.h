/* Cuts a run of Chinese characters in memory. */
#ifndef POLICYSEARCH_CUT_H
#define POLICYSEARCH_CUT_H

#include "bytes.h"
#include "module.h"

typedef struct cutter cutter; /* the tables of a dictionary */
typedef struct cell cell;

/* A run that was cut: words are adjacent, each up to its end. Zeros make an empty one. */
typedef struct {
    const cutter *tables;
    cell *cells;
    uint32_t *ends;
    size_t count, capacity;
} cutting;

enum { DAMAGED = -1, NO_MEMORY = -2 };

/* Returns the tables in a capsule, or NULL with an exception. */
const cutter *cutter_of(PyObject *capsule);

/* Cuts the characters; returns 0, DAMAGED or NO_MEMORY. */
int cut_run(cutting *c, const Py_UCS4 *characters, size_t length);

/* Sets the exception of a state below 0. */
void cut_failed(int state);

void cutting_free(cutting *c);

#endif
