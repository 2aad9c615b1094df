/* Growing buffers. */
#ifndef POLICYSEARCH_BUFFER_H
#define POLICYSEARCH_BUFFER_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* A growing buffer of bytes. Zeros make an empty one; `free(b.data)` ends it. Once memory runs out,
 * `failed` is set for good and nothing more is added: one check at the end is enough. */
typedef struct {
    uint8_t *data;
    size_t size, capacity;
    int failed;
} buffer;

/* Makes room for `more` bytes after the present ones; returns 0, or -1 if memory runs out. */
int buffer_reserve(buffer *b, size_t more);
void buffer_bytes(buffer *b, const void *data, size_t size);
void buffer_varint(buffer *b, uint32_t value);

static inline void buffer_byte(buffer *b, uint8_t byte)
{
    buffer_bytes(b, &byte, 1);
}

/* Adds a number for which `buffer_reserve` has made room. */
static inline void push32(buffer *b, uint32_t value)
{
    memcpy(b->data + b->size, &value, sizeof value);
    b->size += sizeof value;
}

#endif
