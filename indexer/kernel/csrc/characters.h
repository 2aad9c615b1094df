/* The table of characters; indexer/kernel/plain/analyse.py describes it. */
#ifndef POLICYSEARCH_CHARACTERS_H
#define POLICYSEARCH_CHARACTERS_H

#include "bytes.h"
#include "module.h"

#define CHARACTERS 0x20000 /* in the table */
#define LAST_HAN 0x3FFFF

enum { NOTHING, LETTER, DIGIT, HAN, BLANK };

/* Variation selectors behind the table fold to nothing. */
static inline int is_selector(Py_UCS4 character)
{
    return character >= 0xE0100 && character <= 0xE01EF;
}

static inline uint32_t entry_of(const uint8_t *table, Py_UCS4 character)
{
    if (character < CHARACTERS)
        return load32(table, character);
    if (is_selector(character))
        return 1u << 31 | NOTHING << 24;
    unsigned kind = character <= LAST_HAN ? HAN : NOTHING;
    return 1u << 31 | kind << 24 | character;
}

static inline int is_known(uint32_t entry)
{
    return (int)(entry >> 31);
}

static inline unsigned kind_of(uint32_t entry)
{
    return entry >> 24 & 7;
}

#endif
