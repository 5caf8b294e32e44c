/* One growing region per runtime: what it hands out stays put and is freed all at once. */
#include "runtime/internal.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHUNK_BYTES ((size_t)64 << 10)

struct tsrt_chunk {
    struct tsrt_chunk *next;
    size_t used, size;
    _Alignas(max_align_t) char bytes[];
};

static struct tsrt_chunk *chunk_add(tsrt_arena *arena, size_t need)
{
    size_t size = need > CHUNK_BYTES ? need : CHUNK_BYTES;
    struct tsrt_chunk *chunk = calloc(1, sizeof *chunk + size);
    if (chunk == NULL)
        return NULL;
    chunk->size = size;
    chunk->next = arena->chunks;
    arena->chunks = chunk;
    return chunk;
}

void *tsrt_alloc(tsrt_arena *arena, size_t bytes)
{
    if (bytes > SIZE_MAX / 2)
        return NULL;
    size_t need = (bytes + _Alignof(max_align_t) - 1) & ~(_Alignof(max_align_t) - 1);
    struct tsrt_chunk *chunk = arena->chunks;
    if (chunk == NULL || chunk->size - chunk->used < need)
        chunk = chunk_add(arena, need);
    if (chunk == NULL)
        return NULL;
    void *memory = chunk->bytes + chunk->used;
    chunk->used += need;
    return memory;
}

char *tsrt_copy(tsrt_arena *arena, const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = tsrt_alloc(arena, size);
    return copy == NULL ? NULL : memcpy(copy, text, size);
}

char *tsrt_format(tsrt_arena *arena, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int length = vsnprintf(NULL, 0, format, args);
    char *text = length < 0 ? NULL : tsrt_alloc(arena, (size_t)length + 1);
    if (text != NULL)
        vsnprintf(text, (size_t)length + 1, format, again);
    va_end(again);
    va_end(args);
    return text;
}

void tsrt_arena_free(tsrt_arena *arena)
{
    while (arena->chunks != NULL) {
        struct tsrt_chunk *next = arena->chunks->next;
        free(arena->chunks);
        arena->chunks = next;
    }
}
