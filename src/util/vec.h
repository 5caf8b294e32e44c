/* A growing array of one type: TS_VEC(int) v = {0}; ts_vec_push(&v, 3); v.items[0]; ts_vec_free(&v). */
#ifndef TS_UTIL_VEC_H
#define TS_UTIL_VEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>

#define TS_VEC(type)                                                                                         \
    struct {                                                                                                 \
        type *items;                                                                                         \
        size_t count, capacity;                                                                              \
    }

/** Make room for one more item; false when out of memory (the vector is unchanged). */
#define ts_vec_reserve_one(v)                                                                                \
    ((v)->count < (v)->capacity ||                                                                           \
     ts_vec_grow((void **)(void *)&(v)->items, &(v)->capacity, sizeof *(v)->items))
/** Append; evaluates to false when out of memory. */
#define ts_vec_push(v, item) (ts_vec_reserve_one(v) ? ((v)->items[(v)->count++] = (item), true) : false)
#define ts_vec_free(v)       (free((v)->items), (v)->items = NULL, (v)->count = 0, (v)->capacity = 0)

bool ts_vec_grow(void **items, size_t *capacity, size_t item_size);

#endif
