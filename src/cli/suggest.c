/* "Did you mean …": the nearest word by edit distance with transpositions (Damerau 1964, restricted form). */
#include "cli/cli.h"
#include <string.h>

#define LONGEST 32

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Words longer than LONGEST are no typing mistakes of ours: they are infinitely far. */
static size_t distance(const char *a, const char *b)
{
    size_t la = strlen(a), lb = strlen(b), d[LONGEST + 1][LONGEST + 1];
    if (la > LONGEST || lb > LONGEST)
        return SIZE_MAX;
    for (size_t i = 0; i <= la; i++) {
        for (size_t j = 0; j <= lb; j++) {
            if (i == 0 || j == 0) {
                d[i][j] = i + j;
                continue;
            }
            size_t best = d[i - 1][j - 1] + (a[i - 1] != b[j - 1]);
            best = smaller(best, smaller(d[i - 1][j], d[i][j - 1]) + 1);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                best = smaller(best, d[i - 2][j - 2] + 1);
            d[i][j] = best;
        }
    }
    return d[la][lb];
}

void ts_suggest(ts_suggestion *suggestion, const char *candidate)
{
    size_t length = strlen(suggestion->word);
    bool prefix = length > 0 && strncmp(candidate, suggestion->word, length) == 0;
    size_t away = prefix ? 1 : distance(suggestion->word, candidate);
    size_t limit = length < 4 ? 1 : length < 8 ? 2 : 3;
    if (away > limit || (suggestion->best && away >= suggestion->distance))
        return;
    suggestion->best = candidate;
    suggestion->distance = away;
}
