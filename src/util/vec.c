#include "util/vec.h"

bool ts_vec_grow(void **items, size_t *capacity, size_t item_size)
{
    size_t bytes, wanted = *capacity ? *capacity : 4;
    if (__builtin_mul_overflow(wanted, (size_t)2, &wanted) ||
        __builtin_mul_overflow(wanted, item_size, &bytes))
        return false;
    void *grown = realloc(*items, bytes);
    if (!grown)
        return false;
    *items = grown;
    *capacity = wanted;
    return true;
}
