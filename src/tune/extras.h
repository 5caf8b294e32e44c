/* What travels with a winner: compiled forms, the variants tied with it, and one for any shape. Private to
 * tune/. */
#ifndef TS_TUNE_EXTRAS_H
#define TS_TUNE_EXTRAS_H

#include "build/render.h"
#include "store/store.h"
#include "tune/bout.h"

typedef struct ts_extras ts_extras;
/** Render the tied configurations again, and the fastest for any shape if all these are compiled for theirs;
 * fetch what was built of them and of the winner from the cache: an object that is no longer there is left
 * out. */
int ts_extras_make(const ts_bout *b, ts_renderer *renderer, const ts_variant *winner, ts_extras **out);
/** As the store takes them; borrowed. */
const ts_winner_extras *ts_extras_of(const ts_extras *extras);
void ts_extras_free(ts_extras *extras);

#endif
