/* The log of the sections added to a segment being built: log_terms.c fills it, invert.c sorts it. */
#ifndef POLICYSEARCH_INVERTER_H
#define POLICYSEARCH_INVERTER_H

#include "bytes.h"
#include "module.h"

#define AHEAD 16 /* terms brought near before they are needed */

typedef struct {
    uint64_t key;
    uint32_t id; /* plus 1; 0 marks a free slot */
} slot;

/* `place` is the place in the log of the last section with the term, plus 1. */
typedef struct {
    uint32_t offset, df, place; /* the bytes of a term end where those of the next begin */
} term;

typedef struct {
    uint64_t seed;
    slot *slots;
    size_t mask, used;
    buffer arena, terms;    /* bytes of all terms; what is known of each */
    buffer ids, codes;      /* the log: a term and the code of its frequency in a section */
    buffer starts;          /* where each section's part of the log ends */
    buffer lengths;         /* of each section, in eighths */
    buffer frequencies;     /* of the open section's terms, in eighths */
    buffer read, ends;      /* the terms of the parts at hand; where each part's end */
    int busy;               /* a thread that released the interpreter is at work */
} inverter;

static inline term *terms_of(const inverter *v)
{
    return (term *)v->terms.data;
}

static inline size_t term_size(const inverter *v, uint32_t id)
{
    size_t end = id + 1u < v->used ? terms_of(v)[id + 1].offset : v->arena.size;
    return end - terms_of(v)[id].offset;
}

/* The inverter of a capsule, which no other thread is using, or NULL with an exception. */
inverter *inverter_of(PyObject *capsule);

#endif
