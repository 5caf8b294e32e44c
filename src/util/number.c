#include "util/number.h"

#include <locale.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static pthread_once_t once = PTHREAD_ONCE_INIT;
static locale_t c_locale;

static void make_locale(void)
{
    c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
}

double ts_strtod(const char *text, char **end)
{
    pthread_once(&once, make_locale);
    return c_locale ? strtod_l(text, end, c_locale) : strtod(text, end);
}

static void shortest(double r, char *buffer, size_t size)
{
    for (int digits = 1; digits <= 17; digits++) {
        snprintf(buffer, size, "%.*g", digits, r);
        if (strtod(buffer, NULL) == r)
            return;
    }
}

const char *ts_real_text(double r, char *buffer, size_t size)
{
    if (!isfinite(r)) {
        snprintf(buffer, size, "%s", isnan(r) ? "nan" : r < 0 ? "-inf" : "inf");
        return buffer;
    }
    pthread_once(&once, make_locale);
    locale_t before = c_locale ? uselocale(c_locale) : (locale_t)0;
    shortest(r, buffer, size);
    if (before)
        uselocale(before);
    size_t n = strlen(buffer);
    if (!strpbrk(buffer, ".e") && n + 3 <= size)
        memcpy(buffer + n, ".0", 3);
    return buffer;
}
