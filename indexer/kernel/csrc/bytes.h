/* Numbers and bits in memory that may lie at any address, all little-endian.
 *
 * The files behind this memory may be damaged: the caller checks first that the bytes exist, except
 * for `read_varint`, which checks by itself. */
#ifndef POLICYSEARCH_BYTES_H
#define POLICYSEARCH_BYTES_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "the index is little-endian; the plain kernel serves this machine"
#endif

#if defined(__GNUC__)
#define PREFETCH(p) __builtin_prefetch(p)
#else
#define PREFETCH(p) ((void)(p))
#endif

static inline uint16_t load16(const uint8_t *p, size_t index)
{
    uint16_t value;
    memcpy(&value, p + index * 2, 2);
    return value;
}

static inline uint32_t load32(const uint8_t *p, size_t index)
{
    uint32_t value;
    memcpy(&value, p + index * 4, 4);
    return value;
}

static inline void store32(uint8_t *p, size_t index, uint32_t value)
{
    memcpy(p + index * 4, &value, 4);
}

static inline uint64_t load64(const uint8_t *p, size_t index)
{
    uint64_t value;
    memcpy(&value, p + index * 8, 8);
    return value;
}

static inline int bit(const uint8_t *bits, uint32_t index)
{
    return bits[index >> 3] >> (index & 7) & 1;
}

static inline void set_bit(uint8_t *bits, uint32_t index)
{
    bits[index >> 3] |= (uint8_t)(1u << (index & 7));
}

/* Reads a LEB128 number below 2^32 and moves *p past it; returns -1 past the end or if too large. */
static inline int read_varint(const uint8_t **p, const uint8_t *end, uint32_t *value)
{
    uint64_t result = 0;
    for (int shift = 0; shift < 35; shift += 7) {
        if (*p >= end)
            return -1;
        uint8_t byte = *(*p)++;
        result |= (uint64_t)(byte & 127) << shift;
        if (byte < 128) {
            *value = (uint32_t)result;
            return result >> 32 ? -1 : 0;
        }
    }
    return -1;
}

#endif
