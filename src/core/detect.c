/* The host as a target: what the system says. What it doesn't say is measured in detect_measure.c and
 * detect_memory.c. */
#include "core/detect.h"
#include "core/detect_parts.h"
#include "util/str.h"

#include <ctype.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void ts_detect_put(ts_detector *d, const char *name, ts_value value, const char *unit, double lo, double hi,
                   const char *source, ...)
{
    ts_str text = TS_STR_INIT;
    va_list args;
    if (d->status != TS_OK) {
        return;
    }
    va_start(args, source);
    ts_str_vformat(&text, source, args);
    va_end(args);
    d->status = text.failed ? ts_fail(TS_ENOMEM, "out of memory while describing the host")
                            : ts_target_set(d->target, name, value, unit, ts_str_text(&text), lo, hi);
    ts_str_free(&text);
}

void ts_detect_report(const ts_detector *d, const char *probe, double fraction)
{
    if (d->progress) {
        d->progress(d->context, probe, fraction);
    }
}

/* Words of brand strings that tell no two processors of a vendor apart. */
static bool is_noise_word(const char *word)
{
    static const char *const noise[] = {"intel", "cpu",  "processor", "r",   "tm",
                                        "core",  "with", "genuine",   "gen", "virtual"};
    size_t length = strlen(word);
    for (size_t i = 0; i < sizeof noise / sizeof noise[0]; i++) {
        if (strcmp(word, noise[i]) == 0) {
            return true;
        }
    }
    return length > 2 && strcmp(word + length - 2, "th") == 0 && isdigit((unsigned char)word[0]); /* "13th" */
}

/* Copy the next run of letters and digits in lower case; returns where it stopped, NULL at the end of the
 * text. */
static const char *next_word(const char *text, char *word, size_t size)
{
    size_t length = 0;
    while (*text && !isalnum((unsigned char)*text)) {
        text++;
    }
    for (; isalnum((unsigned char)*text); text++) {
        if (length + 1 < size) {
            word[length++] = (char)tolower((unsigned char)*text);
        }
    }
    word[length] = '\0';
    return length > 0 ? text : NULL;
}

/* Append "-word" for the first words of `text` that say something; returns how many. */
static size_t append_words(const char *text, size_t most, char *name, size_t size)
{
    char word[32];
    size_t words = 0, used = strlen(name);
    while (words < most && (text = next_word(text, word, sizeof word)) != NULL) {
        if (!is_noise_word(word) && used < size) {
            used += (size_t)snprintf(name + used, size - used, "-%s", word);
            words++;
        }
    }
    return words;
}

void ts_detect_name(const ts_host *host, char *name, size_t size)
{
    char brand[sizeof host->model], digits[8];
    snprintf(brand, sizeof brand, "%s", host->model[0] ? host->model : host->vendor);
    brand[strcspn(brand, "@")] = '\0'; /* "@ 2.60GHz" is the clock of the day it was sold */
    snprintf(digits, sizeof digits, "%.4s", host->fingerprint);
    snprintf(name, size, "host");
    if (append_words(brand, 3, name, size) == 0) {
        append_words(host->arch, 2, name, size);
    }
    append_words(digits, 1, name, size);
}

/* How this platform tells its features. */
static const char *feature_source(const ts_host *host)
{
    return strcmp(host->arch, "x86_64") == 0    ? "CPUID and XGETBV"
           : strcmp(host->arch, "aarch64") == 0 ? "HWCAP"
           : strcmp(host->arch, "riscv64") == 0 ? "hwprobe or HWCAP"
                                                : "assumed for this architecture";
}

static void describe_identity(ts_detector *d)
{
    const ts_host *h = &d->host;
    const char *source = feature_source(h);
    ts_detect_put(d, "arch", ts_string(h->arch), NULL, NAN, NAN, "uname");
    ts_detect_put(d, "vendor", ts_string(h->vendor), NULL, NAN, NAN, "%s", source);
    ts_detect_put(d, "model", ts_string(h->model[0] ? h->model : "unknown"), NULL, NAN, NAN,
                  "%s; not part of the fingerprint", source);
    ts_detect_put(d, "vector.bits", ts_int(h->vector_bits), "1", NAN, NAN, "%s", source);
    ts_detect_put(d, "vector.bytes", ts_int(h->vector_bits / 8), "B", NAN, NAN, "%s", source);
    ts_detect_put(d, "vector.registers", ts_int(h->vector_registers), "1", NAN, NAN, "%s", source);
    for (size_t i = 0; i < h->feature_count; i++) {
        char name[64];
        snprintf(name, sizeof name, "feature.%s", h->features[i]);
        ts_detect_put(d, name, ts_int(1), "1", NAN, NAN, "%s", source);
    }
}

int64_t ts_detect_meminfo(const char *key)
{
    char line[128];
    int64_t kibibytes = 0;
    FILE *file = fopen("/proc/meminfo", "re");
    while (file && fgets(line, sizeof line, file)) {
        if (strncmp(line, key, strlen(key)) == 0) {
            kibibytes = strtoll(line + strlen(key), NULL, 10);
            break;
        }
    }
    if (file) {
        fclose(file);
    }
    return kibibytes * 1024;
}

static void describe_memory(ts_detector *d)
{
    int64_t page = sysconf(_SC_PAGESIZE), total = ts_detect_meminfo("MemTotal:");
    if (total > 0) {
        ts_detect_put(d, "memory.size", ts_int(total), "B", NAN, NAN, "/proc/meminfo MemTotal");
    } else {
        ts_detect_put(d, "memory.size", ts_int(sysconf(_SC_PHYS_PAGES) * page), "B", NAN, NAN,
                      "sysconf(_SC_PHYS_PAGES)");
    }
    ts_detect_put(d, "page.size", ts_int(page), "B", NAN, NAN, "sysconf(_SC_PAGESIZE)");
}

int ts_detect(bool measure, ts_detect_progress *progress, void *context, ts_target **out)
{
    ts_detector d = {.progress = progress, .context = context};
    char name[96];
    *out = NULL;
    ts_host_identify(&d.host);
    ts_detect_name(&d.host, name, sizeof name);
    d.target = ts_target_new(name, "cpu");
    if (!d.target) {
        return ts_fail(TS_ENOMEM, "out of memory while describing the host");
    }
    d.target->fingerprint = strdup(d.host.fingerprint);
    d.target->summary =
        ts_asprintf("%s, %s, as found by tilesmith detect%s", d.host.model[0] ? d.host.model : d.host.vendor,
                    d.host.arch, measure ? "" : " (nothing measured)");
    if (!d.target->fingerprint || !d.target->summary) {
        d.status = ts_fail(TS_ENOMEM, "out of memory while describing the host");
    }
    ts_detect_report(&d, "topology", 0);
    describe_identity(&d);
    ts_detect_topology(&d);
    describe_memory(&d);
    if (measure) {
        ts_detect_measure(&d);
    }
    if (d.status != TS_OK) {
        ts_target_free(d.target);
        return d.status;
    }
    ts_detect_report(&d, "done", 1);
    *out = d.target;
    return TS_OK;
}

int ts_detect_fingerprint(char out[17])
{
    ts_host host;
    ts_host_identify(&host);
    memcpy(out, host.fingerprint, sizeof host.fingerprint);
    return TS_OK;
}

int ts_detect_object_provenance(char **features, char abi[48])
{
    _Static_assert(TS_HOST_ABI == 48, "the room for an ABI stands in two headers");
    ts_host host;
    ts_str names = TS_STR_INIT;
    ts_host_identify(&host);
    ts_host_abi(&host, abi);
    ts_str_append(&names, "");
    for (size_t i = 0; i < host.feature_count; i++)
        ts_str_format(&names, "%s%s", i ? " " : "", host.features[i]);
    *features = ts_str_take(&names);
    return *features ? TS_OK : ts_fail(TS_ENOMEM, "out of memory while listing this machine's features");
}
