/* Growing buffers. */
#include "buffer.h"
#include <stdlib.h>

int buffer_reserve(buffer *b, size_t more)
{
    if (b->failed)
        return -1;
    if (b->size + more <= b->capacity)
        return 0;
    size_t capacity = b->capacity ? b->capacity * 2 : 4096;
    while (capacity < b->size + more)
        capacity *= 2;
    uint8_t *data = realloc(b->data, capacity);
    if (!data) {
        b->failed = 1;
        return -1;
    }
    b->data = data;
    b->capacity = capacity;
    return 0;
}

void buffer_bytes(buffer *b, const void *data, size_t size)
{
    if (!size || buffer_reserve(b, size) < 0)
        return;
    memcpy(b->data + b->size, data, size);
    b->size += size;
}

void buffer_varint(buffer *b, uint32_t value)
{
    while (value >= 128) {
        buffer_byte(b, (uint8_t)(value | 128));
        value >>= 7;
    }
    buffer_byte(b, (uint8_t)value);
}
