/* The parts of a library that are written anew for each export: the table, the rules, the words. */
#include "export/c_text.h"
#include "export/library_parts.h"
#include "tilesmith.h"
#include "tilesmith_plugin.h"
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

const ts_library_target *ts_library_target_of(const ts_library *l, const ts_winner *w)
{
    for (size_t i = 0; i < l->target_count; i++)
        if (strcmp(l->targets[i].fingerprint, w->fingerprint) == 0)
            return &l->targets[i];
    return NULL;
}

bool ts_library_repeated(const ts_library *l, size_t winner)
{
    for (size_t i = 0; i < winner; i++)
        if (strcmp(l->selection.winners[i].variant, l->selection.winners[winner].variant) == 0)
            return true;
    return false;
}

/* The value of a dimension in "m=512,n=512,…"; 0 if it isn't there. */
static int64_t dimension(const char *problem, const char *name)
{
    size_t length = strlen(name);
    for (const char *p = problem; *p; p += strcspn(p, ","), p += *p == ',')
        if (strncmp(p, name, length) == 0 && p[length] == '=')
            return strtoll(p + length + 1, NULL, 10);
    return 0;
}

static const char *operation(const ts_winner *w)
{
    bool f32 = strcmp(w->type, "f32") == 0;
    return strcmp(w->kernel, "gemm") == 0 ? f32 ? "TSL_GEMM_F32" : "TSL_GEMM_F64"
           : f32                          ? "TSL_GEMV_F32"
                                          : "TSL_GEMV_F64";
}

static void write_winner(const ts_winner *w, ts_str *out)
{
    ts_str_append(out, "    /* ");
    ts_c_comment(out, w->problem);
    if (isnan(w->seconds))
        ts_str_append(out, ": for the shapes around; ");
    else
        ts_str_format(out, ": %.6g s a call; ", w->seconds);
    ts_c_comment(out, w->compiler_identity ? w->compiler_identity : w->compiler);
    ts_str_append(out, "; ");
    ts_c_comment(out, w->timestamp);
    ts_str_format(out,
                  " */\n    {FUNCTION_%s, \"%s\", %s, %s, %s, %s, %s,\n     %" PRId64 ", %" PRId64
                  ", %" PRId64 ", %" PRId64 "},\n",
                  w->variant, w->variant, operation(w), dimension(w->problem, "ta") ? "true" : "false",
                  dimension(w->problem, "tb") ? "true" : "false", w->fixed_shape ? "true" : "false",
                  w->huge_pages ? "true" : "false", dimension(w->problem, "m"), dimension(w->problem, "n"),
                  dimension(w->problem, "k"), w->workspace_bytes);
}

static void write_functions(const ts_library *l, ts_str *out)
{
    for (size_t i = 0; i < l->selection.count; i++) {
        const char *variant = l->selection.winners[i].variant;
        if (!ts_library_repeated(l, i))
            ts_str_format(out,
                          "#ifdef TSL_HAVE_%s\nvoid ts_v_%s(void);\n#define FUNCTION_%s ts_v_%s\n#else\n"
                          "#define FUNCTION_%s 0\n#endif\n",
                          variant, variant, variant, variant, variant);
    }
}

int ts_library_table(const ts_library *l, ts_str *out)
{
    ts_str_format(out,
                  "/* Written by tilesmith %s: the winners of each target, and what it needs of a processor. "
                  "Variants that "
                  "the\n * compiler could not build have no function. */\n#include \"internal.h\"\n\n",
                  TILESMITH_VERSION);
    write_functions(l, out);
    for (size_t t = 0; t < l->target_count; t++) {
        ts_str_format(out, "\nstatic const tsl_winner winners_%zu[] = {\n", t);
        for (size_t i = 0; i < l->selection.count; i++)
            if (ts_library_target_of(l, &l->selection.winners[i]) == &l->targets[t])
                write_winner(&l->selection.winners[i], out);
        ts_str_append(out, "};\n");
    }
    ts_str_append(out, "\nconst tsl_target tsl_targets[] = {\n");
    for (size_t t = 0; t < l->target_count; t++) {
        ts_str_append(out, "    {");
        ts_c_string(out, l->targets[t].name);
        ts_str_append(out, ", ");
        ts_c_string(out, l->targets[t].fingerprint);
        ts_str_append(out, ",\n     ");
        ts_c_string(out, l->targets[t].needs);
        ts_str_format(out, ",\n     winners_%zu, sizeof winners_%zu / sizeof *winners_%zu},\n", t, t, t);
    }
    ts_str_append(out, "};\nconst size_t tsl_target_count = sizeof tsl_targets / sizeof *tsl_targets;\n");
    return out->failed ? ts_fail(TS_ENOMEM, "out of memory while exporting") : TS_OK;
}

int ts_library_makefile(const ts_library *l, ts_str *out)
{
    int rc = TS_OK;
    ts_str_format(
        out,
        "# Written by tilesmith %s: each variant with the compiler and flags that it was measured with,\n"
        "# the instruction set spelled out.\n",
        TILESMITH_VERSION);
    for (size_t i = 0; i < l->selection.count && rc == TS_OK; i++) {
        const ts_winner *w = &l->selection.winners[i];
        if (ts_library_repeated(l, i))
            continue;
        ts_str_format(out, "VARIANTS += %s\nCC_%s := %s\nFLAGS_%s := ", w->variant, w->variant, w->compiler,
                      w->variant);
        ts_str flags = TS_STR_INIT;
        rc = ts_library_flags(w, ts_library_target_of(l, w), &flags);
        ts_str_format(out, "%s\n", ts_str_text(&flags));
        ts_str_free(&flags);
    }
    return rc;
}

void ts_library_readme(const ts_library *l, bool cblas, ts_str *out)
{
    ts_str_format(
        out,
        "Matrix products tuned by tilesmith %s, for C: include/tilesmith_blas.h says what there is.\n\n"
        "    make                          builds build/libtilesmith-blas.{a,so}\n"
        "    make install PREFIX=/usr      installs them with the header and the .pc file\n",
        TILESMITH_VERSION);
    if (cblas)
        ts_str_append(
            out,
            "\nThe library also has the standard names cblas_sgemm, cblas_dgemm, cblas_sgemv, cblas_dgemv, "
            "sgemm_, dgemm_,\nsgemv_ and dgemv_ (32-bit integers), so that\n\n"
            "    LD_PRELOAD=build/libtilesmith-blas.so PROGRAM\n\nspeeds up a program without changing it; "
            "all other routines stay those of its own BLAS.\n");
    ts_str_format(
        out,
        "\nwinners.json has the provenance of all %zu winners. variants/ has the sources of %zu variants, "
        "variants.mk their\nflags: the winners, and what serves the shapes around some of them "
        "(src/table.c).\n\nTargets:\n",
        l->winner_count, l->variant_count);
    for (size_t t = 0; t < l->target_count; t++)
        ts_str_format(out, "    %s (%s): %s\n", l->targets[t].name, l->targets[t].fingerprint,
                      l->targets[t].needs);
    ts_str_append(out, "On any other machine, portable code answers.\n");
}
