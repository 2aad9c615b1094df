/* Characters in UTF-8, read and written. */
#ifndef POLICYSEARCH_UTF8_H
#define POLICYSEARCH_UTF8_H

#include <stddef.h>
#include <stdint.h>

/* Reads a character, below 2^21, of a text that is known to be UTF-8, and moves *p behind it; *p lies
 * before `end`. Malformed bytes give some character and no error, and *p never passes `end`. */
static inline uint32_t next_character(const uint8_t **p, const uint8_t *end)
{
    const uint8_t *s = *p;
    uint32_t first = *s;
    if (first < 0x80) {
        *p += 1;
        return first;
    }
    size_t size = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    if (size > (size_t)(end - s)) {
        *p = end;
        return 0;
    }
    *p += size;
    if (size == 3)
        return (first & 15) << 12 | (s[1] & 63u) << 6 | (s[2] & 63u);
    if (size == 2)
        return (first & 31) << 6 | (s[1] & 63u);
    return (first & 7) << 18 | (s[1] & 63u) << 12 | (s[2] & 63u) << 6 | (s[3] & 63u);
}

/* Reads a character of bytes that may be damaged and moves *p behind it; *p lies before `end`. Returns
 * 0, or -1 if the bytes are not UTF-8. Surrogates are read like other characters. */
static inline int read_checked(const uint8_t **p, const uint8_t *end, uint32_t *character)
{
    static const uint32_t least[4] = {0, 0x80, 0x800, 0x10000};
    const uint8_t *at = *p;
    uint32_t first = *at, more = first < 0xC0 ? 0 : first < 0xE0 ? 1 : first < 0xF0 ? 2 : 3;
    uint32_t value = first < 0x80 ? first : first & (0x3Fu >> more);
    if ((first >= 0x80 && first < 0xC0) || first >= 0xF8 || more >= (size_t)(end - at))
        return -1;
    for (uint32_t i = 1; i <= more; i++) {
        if ((at[i] & 0xC0) != 0x80)
            return -1;
        value = value << 6 | (at[i] & 0x3F);
    }
    *p = at + 1 + more;
    *character = value;
    return value < least[more] || value > 0x10FFFF ? -1 : 0;
}

/* Writes a character of up to four bytes, a surrogate as a question mark; where the next goes. */
static inline uint8_t *write_utf8(uint8_t *p, uint32_t character)
{
    if (character - 0xD800 < 0x800)
        character = '?';
    if (character < 0x80) {
        *p++ = (uint8_t)character;
        return p;
    }
    if (character < 0x800) {
        *p++ = (uint8_t)(0xC0 | character >> 6);
    } else {
        if (character < 0x10000) {
            *p++ = (uint8_t)(0xE0 | character >> 12);
        } else {
            *p++ = (uint8_t)(0xF0 | character >> 18);
            *p++ = (uint8_t)(0x80 | (character >> 12 & 63));
        }
        *p++ = (uint8_t)(0x80 | (character >> 6 & 63));
    }
    *p++ = (uint8_t)(0x80 | (character & 63));
    return p;
}

#endif
