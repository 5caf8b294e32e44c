/* Compiler flags of winners, made to mean the same on every machine. */
#include "export/library_parts.h"
#include "tilesmith_plugin.h"
#include <stdlib.h>
#include <string.h>

typedef struct ts_isa_flag {
    const char *feature, *flag;
} ts_isa_flag;

/* Names as detection has them, flags as gcc and clang do. What products of floats have no use for is left
 * out: it would only keep the library from running elsewhere. */
static const ts_isa_flag x86_flags[] = {
    {"sse2", "-msse2"},         {"sse3", "-msse3"},
    {"ssse3", "-mssse3"},       {"sse4_1", "-msse4.1"},
    {"sse4_2", "-msse4.2"},     {"movbe", "-mmovbe"},
    {"popcnt", "-mpopcnt"},     {"lzcnt", "-mlzcnt"},
    {"bmi1", "-mbmi"},          {"bmi2", "-mbmi2"},
    {"avx", "-mavx"},           {"f16c", "-mf16c"},
    {"fma", "-mfma"},           {"avx2", "-mavx2"},
    {"avx512f", "-mavx512f"},   {"avx512cd", "-mavx512cd"},
    {"avx512bw", "-mavx512bw"}, {"avx512dq", "-mavx512dq"},
    {"avx512vl", "-mavx512vl"}, {NULL, NULL},
};
/* One word stands for the whole instruction set here, so the last that the target has counts. */
static const ts_isa_flag aarch64_flags[] = {{"neon", "-march=armv8-a"},
                                            {"sve", "-march=armv8.2-a+sve"},
                                            {"sve2", "-march=armv8.5-a+sve2"},
                                            {NULL, NULL}};
static const ts_isa_flag riscv_flags[] = {{"rvv", "-march=rv64gcv"}, {NULL, NULL}};

static bool offers(const ts_target *target, const char *feature)
{
    char name[64];
    snprintf(name, sizeof name, "feature.%s", feature);
    return ts_target_number(target, name, 0) != 0;
}

static void add_word(ts_str *out, const char *word)
{
    ts_str_format(out, "%s%s", out->length ? " " : "", word);
}

int ts_library_isa(const ts_target *target, ts_library_target *out)
{
    const ts_attribute *arch = ts_target_get(target, "arch");
    const char *name = arch && arch->value.kind == TS_STRING ? arch->value.s : "";
    const ts_isa_flag *known = strcmp(name, "x86_64") == 0    ? x86_flags
                               : strcmp(name, "aarch64") == 0 ? aarch64_flags
                               : strcmp(name, "riscv64") == 0 ? riscv_flags
                                                              : NULL;
    ts_str needs = TS_STR_INIT, flags = TS_STR_INIT;
    if (!known)
        return ts_fail(
            TS_EINPUT,
            "target %s: has the architecture '%s', for which no library can be written yet; choose "
            "another with --target",
            target->name, name);
    for (; known->feature; known++) {
        if (!offers(target, known->feature))
            continue;
        add_word(&needs, known->feature);
        if (strncmp(known->flag, "-march=", 7) == 0)
            ts_str_clear(&flags);
        add_word(&flags, known->flag);
    }
    out->needs = ts_str_take(&needs);
    out->flags = ts_str_take(&flags);
    return out->needs && out->flags ? TS_OK : ts_fail(TS_ENOMEM, "out of memory while exporting");
}

static bool harmless(const char *text)
{
    static const char known[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 +-_=.,/";
    return text && text[strspn(text, known)] == '\0';
}

static bool means_this_machine(const char *word)
{
    return strcmp(word, "-march=native") == 0 || strcmp(word, "-mcpu=native") == 0;
}

int ts_library_flags(const ts_winner *w, const ts_library_target *target, ts_str *out)
{
    if (!harmless(w->flags) || !harmless(w->compiler) || !w->compiler[0])
        return ts_fail(
            TS_EINPUT,
            "winner of %s for %s: its compiler or flags ('%.40s', '%.60s') are no plain words; tune it again",
            w->kernel, w->problem, w->compiler ? w->compiler : "", w->flags ? w->flags : "");
    char *copy = strdup(w->flags), *rest = NULL;
    if (!copy)
        return ts_fail(TS_ENOMEM, "out of memory while exporting");
    for (char *word = strtok_r(copy, " ", &rest); word; word = strtok_r(NULL, " ", &rest))
        if (means_this_machine(word))
            add_word(out, target->flags);
        else if (strcmp(word, "-mtune=native") != 0)
            add_word(out, word);
    free(copy);
    return TS_OK;
}
