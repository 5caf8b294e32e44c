#include "core/variant.h"
#include <stdlib.h>

void ts_variant_clear(ts_variant *v)
{
    free(v->source);
    free(v->compiler);
    free(v->flags);
    *v = (ts_variant){0};
}
