/* Hashing with a seed, which makes collisions unpredictable to authors of texts. */
#ifndef POLICYSEARCH_HASH_H
#define POLICYSEARCH_HASH_H

#include "bytes.h"

static inline uint64_t mix(uint64_t h)
{
    h ^= h >> 32;
    h *= 0x9E3779B97F4A7C15u;
    return h ^ h >> 29;
}

static inline uint64_t hash_of(const uint8_t *p, size_t size, uint64_t seed)
{
    uint64_t h = seed ^ size, tail = 0;
    for (; size >= 8; p += 8, size -= 8)
        h = mix(h ^ load64(p, 0));
    memcpy(&tail, p, size);
    return mix(h ^ tail);
}

#endif
