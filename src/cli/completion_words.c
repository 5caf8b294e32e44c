/* The words that may stand for a placeholder of the option tables, asked by the completion scripts while the
 * user types. */
#include "build/toolchain.h"
#include "cli/data.h"
#include "cli/help.h"
#include "core/workload.h"
#include "export/exporters.h"
#include "model/models.h"
#include "tune/strategies.h"
#include <string.h>

static void line(ts_str *out, const char *word)
{
    ts_str_format(out, "%s\n", word);
}

static int commands(ts_str *out)
{
    for (size_t i = 0; ts_commands[i]; i++)
        line(out, ts_commands[i]->name);
    return TS_OK;
}

static int strategies(ts_str *out)
{
    for (size_t i = 0; ts_strategies[i]; i++)
        line(out, ts_strategies[i]->name);
    return TS_OK;
}

static int formats(ts_str *out)
{
    for (size_t i = 0; ts_exporters[i]; i++)
        line(out, ts_exporters[i]->name);
    return TS_OK;
}

static int compilers(ts_str *out)
{
    for (size_t i = 0; ts_compiler_names[i]; i++)
        if (ts_compiler_exists(ts_compiler_names[i]))
            line(out, ts_compiler_names[i]);
    return TS_OK;
}

static int name_list(int (*list)(char ***names, size_t *count), ts_str *out)
{
    char **names;
    size_t count;
    int rc = list(&names, &count);
    if (rc)
        return rc;
    for (size_t i = 0; i < count; i++)
        line(out, names[i]);
    ts_name_list_free(names, count);
    return TS_OK;
}

static int kernels(ts_str *out)
{
    return name_list(ts_kernel_list, out);
}

static int targets(ts_str *out)
{
    return name_list(ts_target_names, out);
}

static int workloads(ts_str *out)
{
    return name_list(ts_workload_list, out);
}

static int models(ts_str *out)
{
    for (const ts_model *const *m = ts_models; *m; m++)
        line(out, (*m)->name);
    return TS_OK;
}

/* "[kernels|targets] [NAME]" and "time": the lower-case words stand for themselves. */
static void alternatives(const char *placeholder, ts_str *out)
{
    const char *letters = "abcdefghijklmnopqrstuvwxyz0123456789-";
    for (const char *p = placeholder; *p;) {
        size_t length = strspn(p, letters);
        if (length)
            ts_str_format(out, "%.*s\n", (int)length, p);
        p += length ? length : 1;
    }
}

int ts_completion_words(const char *placeholder, ts_str *out)
{
    static const struct {
        const char *placeholder;
        int (*list)(ts_str *out);
    } lists[] = {{"COMMAND", commands},    {"KERNEL", kernels}, {"WORKLOAD", workloads},
                 {"STRATEGY", strategies}, {"FORMAT", formats}, {"TARGET", targets},
                 {"MODEL", models},        {"CC", compilers}};
    bool found = false;
    int rc = TS_OK;
    for (size_t i = 0; i < sizeof lists / sizeof lists[0] && rc == TS_OK; i++) {
        bool stands = strstr(placeholder, lists[i].placeholder) != NULL;
        rc = stands ? lists[i].list(out) : TS_OK;
        found = found || stands;
    }
    if (found)
        return rc;
    alternatives(placeholder, out);
    return TS_OK;
}
