/* Reading a packed text column: codes of symbols, and their strings. */
#ifndef POLICYSEARCH_TEXTS_H
#define POLICYSEARCH_TEXTS_H

#include "bytes.h"
#include "module.h"

/* Codes of symbols: below these one byte, two bytes; else four. */
#define SHORT_CODES 128
#define WIDE_CODES (SHORT_CODES + 127 * 256)

/* A text column: codes of symbols, and of each symbol where its string is, as it stands and folded:
 * offset << 8 | size, in `symbols`. */
typedef struct {
    Py_buffer codes, symbols, table;
} packed;

static inline void release_packed(packed *text)
{
    PyBuffer_Release(&text->codes);
    PyBuffer_Release(&text->symbols);
    PyBuffer_Release(&text->table);
}

/* The code at *p, which moves past it; a number of no symbol if the codes are cut off. */
static inline uint32_t next_code(const uint8_t **p, const uint8_t *end)
{
    const uint8_t *at = *p;
    uint32_t first = at[0];
    if (first < SHORT_CODES) {
        *p = at + 1;
        return first;
    }
    uint32_t size = first < 255 ? 2 : 4;
    if (size > (size_t)(end - at)) {
        *p = end;
        return UINT32_MAX;
    }
    *p = at + size;
    if (size == 2)
        return SHORT_CODES + ((first - SHORT_CODES) << 8) + at[1];
    return (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

/* The place of the string of a symbol, folded or as it stands. */
static inline int place_of(const packed *text, uint32_t code, int folded, size_t *offset, size_t *size)
{
    uint32_t place = load32(text->table.buf, 2 * (size_t)code + (size_t)folded);
    *size = place & 255;
    *offset = place >> 8;
    return *offset + *size <= (size_t)text->symbols.len ? 0 : -1;
}

#endif
