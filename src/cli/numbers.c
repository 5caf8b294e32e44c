/* Numbers on the command line. */
#include "cli/cli.h"
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

int ts_parse_u64(const char *option, const char *text, uint64_t *out)
{
    char *end;
    errno = 0;
    unsigned long long value = strtoull(text, &end, 10);
    if (errno || end == text || *end || strchr(text, '-'))
        return ts_fail(TS_EINPUT, "--%s needs a whole number, not '%s'", option, text);
    *out = value;
    return TS_OK;
}

static double unit_seconds(const char *unit)
{
    static const struct {
        const char *name;
        double seconds;
    } units[] = {{"s", 1}, {"m", 60}, {"min", 60}, {"h", 3600}};
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
        if (strcmp(unit, units[i].name) == 0)
            return units[i].seconds;
    return 0;
}

int ts_parse_budget(const char *text, double *seconds, size_t *evaluations)
{
    char *end;
    double number = strtod(text, &end);
    double unit = unit_seconds(end);
    bool good = end != text && isfinite(number) && number > 0 && number <= 1e9;
    *seconds = 0;
    *evaluations = 0;
    if (good && unit > 0) {
        *seconds = number * unit;
    } else if (good && *end == '\0' && number == floor(number)) {
        *evaluations = (size_t)number;
    } else {
        return ts_fail(
            TS_EINPUT,
            "--budget needs a time such as 60s, 2m or 1h, or a number of evaluations such as 200, not '%s'",
            text);
    }
    return TS_OK;
}
