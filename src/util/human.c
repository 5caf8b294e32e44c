/* Numbers that people read. */
#include "util/human.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

const char *ts_human_seconds(double seconds, char buffer[TS_HUMAN])
{
    if (!isfinite(seconds))
        snprintf(buffer, TS_HUMAN, "-");
    else if (seconds < 1e-6)
        snprintf(buffer, TS_HUMAN, "%.3g ns", seconds * 1e9);
    else if (seconds < 1e-3)
        snprintf(buffer, TS_HUMAN, "%.3g us", seconds * 1e6);
    else if (seconds < 1)
        snprintf(buffer, TS_HUMAN, "%.3g ms", seconds * 1e3);
    else if (seconds < 60)
        snprintf(buffer, TS_HUMAN, "%.3g s", seconds);
    else if (seconds < 3600)
        snprintf(buffer, TS_HUMAN, "%d min %02d s", (int)(seconds / 60), (int)fmod(seconds, 60));
    else
        snprintf(buffer, TS_HUMAN, "%.0f h %02d min", floor(seconds / 3600), (int)(fmod(seconds, 3600) / 60));
    return buffer;
}

const char *ts_human_gflops(double flops_per_second, char buffer[TS_HUMAN])
{
    double giga = flops_per_second / 1e9;
    if (!isfinite(giga))
        snprintf(buffer, TS_HUMAN, "-");
    else
        snprintf(buffer, TS_HUMAN, "%.*f", giga < 10 ? 2 : 1, giga);
    return buffer;
}

const char *ts_human_error(double error, char buffer[TS_HUMAN])
{
    snprintf(buffer, TS_HUMAN, isfinite(error) ? "%.2g" : "-", error);
    return buffer;
}

const char *ts_human_count(double count, char buffer[TS_HUMAN])
{
    if (!isfinite(count) || count < 0 || count >= 1e10) {
        snprintf(buffer, TS_HUMAN, isfinite(count) ? "%.2g" : "-", count);
        return buffer;
    }
    char digits[24], *to = buffer;
    int length = snprintf(digits, sizeof digits, "%.0f", count);
    for (int i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0)
            *to++ = ',';
        *to++ = digits[i];
    }
    *to = '\0';
    return buffer;
}

const char *ts_human_bytes(double bytes, char buffer[TS_HUMAN])
{
    static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB"};
    size_t unit = 0;
    for (; bytes >= 1024 && unit + 1 < sizeof units / sizeof units[0]; unit++)
        bytes /= 1024;
    snprintf(buffer, TS_HUMAN, isfinite(bytes) ? "%.4g %s" : "-", bytes, units[unit]);
    return buffer;
}

const char *ts_human_percent(double ratio, char buffer[TS_HUMAN])
{
    snprintf(buffer, TS_HUMAN, isfinite(ratio) ? "%.1f %%" : "-", ratio * 100);
    return buffer;
}

const char *ts_human_problem(const char *problem, char buffer[TS_HUMAN_PROBLEM])
{
    snprintf(buffer, TS_HUMAN_PROBLEM, "%s", problem);
    size_t length = strlen(buffer);
    /* A dimension of 0 can only be a switch, and only the trailing ones may go: the rest is the problem. */
    while (length > 2 && strcmp(buffer + length - 2, "=0") == 0 && strrchr(buffer, ',')) {
        *strrchr(buffer, ',') = '\0';
        length = strlen(buffer);
    }
    return buffer;
}

const char *ts_human_joules(double joules, char buffer[TS_HUMAN])
{
    static const char *const prefixes[] = {"", "m", "u", "n", "p"};
    size_t i = 0;
    if (!isfinite(joules)) {
        snprintf(buffer, TS_HUMAN, "-");
        return buffer;
    }
    for (; joules < 1 && joules > 0 && i + 1 < sizeof prefixes / sizeof *prefixes; i++)
        joules *= 1e3;
    snprintf(buffer, TS_HUMAN, "%.3g %sJ", joules, prefixes[i]);
    return buffer;
}
