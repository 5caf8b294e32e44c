/* Recorded spaces by name. Private to tune/. */
#ifndef TS_TUNE_SPACES_H
#define TS_TUNE_SPACES_H

#include "core/recording.h"
#include "tilesmith.h"
#include "util/vec.h"

struct ts_spaces {
    TS_VEC(ts_recording *) items;
};

#endif
