/* tilesmith new: the folder of a kernel of one's own. */
#include "cli/cli.h"
#include "cli/new_text.h"
#include "cli/output.h"
#include "util/file.h"
#include "util/str.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const ts_option options[] = {{NULL, NULL, NULL, NULL, false}};

static const ts_example examples[] = {
    {"tilesmith new mykernel", "Write ./mykernel: manifest, template, reference and README."},
    {"tilesmith tune ./mykernel --budget 20s", "It tunes as it is; now make it yours."},
    {NULL, NULL},
};

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static int check_name(const char *path)
{
    const char *name = base_name(path);
    struct stat unused;
    bool good = isalpha((unsigned char)*name) && strlen(name) <= 64;
    for (const char *p = name; *p; p++)
        good = good && (isalnum((unsigned char)*p) || *p == '_');
    if (!good)
        return ts_fail(
            TS_EINPUT,
            "'%s' can't name a kernel; use a letter, then up to 63 letters, digits and underscores", name);
    if (lstat(path, &unused) == 0)
        return ts_fail(TS_EINPUT, "%s exists already and is left as it is; choose another name or remove it",
                       path);
    return TS_OK;
}

/* Each NAME of the text becomes the kernel's name. */
static void put_name(const char *text, const char *name, ts_str *out)
{
    const char *hit;
    for (; (hit = strstr(text, "NAME")); text = hit + 4) {
        ts_str_append_n(out, text, (size_t)(hit - text));
        ts_str_append(out, name);
    }
    ts_str_append(out, text);
}

static int write_file(const char *folder, const ts_new_file *file)
{
    ts_str path = TS_STR_INIT, text = TS_STR_INIT;
    ts_str_format(&path, "%s/", folder);
    put_name(file->name, base_name(folder), &path);
    put_name(file->text, base_name(folder), &text);
    int rc = path.failed || text.failed ? ts_fail(TS_ENOMEM, "out of memory while writing %s", folder)
                                        : ts_file_write(ts_str_text(&path), ts_str_text(&text), text.length);
    ts_str_free(&path);
    ts_str_free(&text);
    return rc;
}

static int show(const char *folder, bool json)
{
    const char *prefix = strchr(folder, '/') ? "" : "./";
    if (json)
        return ts_json_print(json_pack("{s:s, s:s}", "kernel", base_name(folder), "folder", folder));
    printf(
        "Wrote %s%s: kernel.xml, %s.c.in, reference.c, README.md.\nNext: tilesmith tune %s%s --budget 20s\n",
        prefix, folder, base_name(folder), prefix, folder);
    return 0;
}

static int run(const ts_args *args)
{
    const char *folder = ts_args_operand(args, 0);
    int rc = check_name(folder);
    if (rc == TS_OK)
        rc = ts_file_mkdirs(folder);
    if (rc == TS_OK)
        (void)chmod(folder, 0755); /* sources to share, unlike what ts_file_mkdirs() is for */
    for (size_t i = 0; ts_new_files[i].name && rc == TS_OK; i++)
        rc = write_file(folder, &ts_new_files[i]);
    return rc == TS_OK ? show(folder, ts_args_json(args)) : ts_report_failure(rc);
}

const ts_command ts_command_new = {
    .name = "new",
    .summary = "write the folder of a kernel of your own",
    .operands = "KERNEL",
    .description = "KERNEL is a name, or a path that ends in one. The folder holds a kernel that works and "
                   "tunes as it is: the product of a matrix "
                   "and a vector, with its manifest (kernel.xml), its template (KERNEL.c.in), its reference "
                   "(reference.c) and a README. "
                   "Change them step by step, and tune in between: docs/howto/add-a-kernel.md leads from a "
                   "naive loop to a tuned one.\n\n"
                   "A plain C function needs no folder: 'tilesmith tune FILE.c' tunes one whose loops carry "
                   "'#pragma tilesmith'.",
    .options = options,
    .examples = examples,
    .min_operands = 1,
    .max_operands = 1,
    .minor = true,
    .run = run,
};
