/* Mapping evaluation against the reference outputs of the Timeloop/Accelergy exercises. */
#include <ctype.h>
#include <dirent.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/mapping.h"
#include "tilesmith_plugin.h"
#include "util/file.h"
#include "validation.h"

static const char dims[] =
    "NCMRSPQK"; /* the letters of the exercises; K is a filter like M, except in products */

/* A reference case: the mapping, and what its levels and tensors are called. */
typedef struct timeloop_case {
    const char *name;
    ts_mapping mapping;
    char level_names[TS_MAPPING_LEVELS][48];
    const char *tensor_names[TS_MAPPING_TENSORS];
    char *energies; /* text of the energy table, NULL where none was published */
} timeloop_case;

static int dim_of(char letter)
{
    const char *at = strchr(dims, letter);
    return at ? (int)(at - dims) : -1;
}

static ts_mapping_axis axis(const char *letters, int64_t stride)
{
    ts_mapping_axis a = {{0}};
    for (const char *p = letters; *p; p++)
        a.coefficient[dim_of(*p)] = *p == 'P' || *p == 'Q' ? stride : 1;
    return a;
}

static void add_tensor(timeloop_case *c, const char *name, const char *const *axes, int64_t stride)
{
    ts_mapping_tensor *x = &c->mapping.tensors[c->mapping.tensor_count];
    c->tensor_names[c->mapping.tensor_count++] = name;
    while (axes[x->axis_count]) {
        x->axes[x->axis_count] = axis(axes[x->axis_count], stride);
        x->axis_count++;
    }
    x->accumulated = !strcmp(name, "Outputs") || !strcmp(name, "Z");
}

/* The exercises' problem shapes. Those of example_designs are convolutions of stride 2. */
static void set_problem(timeloop_case *c)
{
    if (strstr(c->name, "dot-product")) {
        add_tensor(c, "A", (const char *const[]){"K", NULL}, 1);
        add_tensor(c, "B", (const char *const[]){"K", NULL}, 1);
        add_tensor(c, "Z", (const char *const[]){NULL}, 1);
    } else if (strstr(c->name, "tensor_core")) {
        add_tensor(c, "A", (const char *const[]){"M", "K", NULL}, 1);
        add_tensor(c, "B", (const char *const[]){"N", "K", NULL}, 1);
        add_tensor(c, "Z", (const char *const[]){"M", "N", NULL}, 1);
    } else {
        int64_t stride = !strncmp(c->name, "ex/", 3) ? 2 : 1;
        add_tensor(c, "Weights", (const char *const[]){"C", "MK", "R", "S", NULL}, 1);
        add_tensor(c, "Inputs", (const char *const[]){"N", "C", "RP", "SQ", NULL}, stride);
        add_tensor(c, "Outputs", (const char *const[]){"N", "MK", "P", "Q", NULL}, 1);
    }
}

/* "[DRAM] P8 Q2 M4 [shared_glb] P14 [inter_PE_spatial] C3@Spatial-Y": outermost first. */
static void parse_mapping(timeloop_case *c, const char *text)
{
    ts_mapping *m = &c->mapping;
    for (const char *p = text; *p; p += strcspn(p, " "), p += strspn(p, " ")) {
        if (*p == '[' && m->level_count < TS_MAPPING_LEVELS) {
            snprintf(c->level_names[m->level_count++], sizeof *c->level_names, "%.*s",
                     (int)strcspn(p + 1, "]"), p + 1);
        } else if (m->level_count && dim_of(*p) >= 0) {
            ts_mapping_level *l = &m->levels[m->level_count - 1];
            const char *word_end = p + strcspn(p, " ");
            const char *spatial = strstr(p, "@Spatial");
            if (l->loop_count < TS_MAPPING_LOOPS)
                l->loops[l->loop_count++] =
                    (ts_mapping_loop){dim_of(*p), strtoll(p + 1, NULL, 10), spatial && spatial < word_end};
        }
    }
}

/* The published folders are named after the case, with / and other parts in between: match by its last words.
 */
static bool folder_is_of(const char *folder, const char *name)
{
    char part[96];
    if (strncmp(folder, "inputs", 6) == 0 || strstr(folder, "__accelergy__"))
        return false;
    const char *tail = strchr(name, '/') + 1;
    if (strncmp(name, "ex/", 3) == 0) {
        snprintf(part, sizeof part, "__%s__ref_outputs", tail);
        char *slash = strchr(part, '/');
        if (!slash)
            return strstr(folder, part) != NULL;
        char joined[192];
        snprintf(joined, sizeof joined, "%.*s__%s", (int)(slash - part), part, slash + 1);
        return strstr(folder, joined) != NULL;
    }
    const char *first = strchr(tail, '/');
    const char *last = first ? strchr(first + 1, '/') : NULL;
    if (!first)
        return false;
    snprintf(part, sizeof part, "__%.*s__ref-output", (int)((last ? last : name + strlen(name)) - first - 1),
             first + 1);
    if (!strncmp(tail, "timeloop+", 9))
        snprintf(part, sizeof part, "timeloop+accelergy__ref-output__%s", first + 1);
    size_t length = strlen(folder), tail_length = last ? strlen(last + 1) : 0;
    return strstr(folder, part) &&
           (!last || (length > tail_length && !strcmp(folder + length - tail_length, last + 1)));
}

static char *read_energies(const char *root, const char *name)
{
    char path[1200];
    char *text = NULL;
    snprintf(path, sizeof path, "%s/timeloop_raw", root);
    DIR *folder = opendir(path);
    for (struct dirent *e; folder && !text && (e = readdir(folder));) {
        if (!folder_is_of(e->d_name, name))
            continue;
        static const char *const files[] = {"timeloop-mapper.ERT_summary.yaml",
                                            "timeloop-model.ERT_summary.yaml"};
        for (size_t i = 0; i < 2 && !text; i++) {
            snprintf(path, sizeof path, "%s/timeloop_raw/%.300s/%s", root, e->d_name, files[i]);
            if (ts_file_read(path, 1 << 20, &text, NULL))
                text = NULL;
        }
    }
    if (folder)
        closedir(folder);
    return text;
}

/* The energy of one action of one component in the table, NAN where it isn't in it. */
static double energy_in(const char *table, const char *component, const char *action)
{
    char wanted[96];
    snprintf(wanted, sizeof wanted, ".%s[", component);
    const char *at = table ? strstr(table, wanted) : NULL;
    snprintf(wanted, sizeof wanted, "- name: %s\n", action);
    at = at ? strstr(at, wanted) : NULL;
    at = at ? strstr(at, "energy:") : NULL;
    return at ? strtod(at + strlen("energy:"), NULL) : NAN;
}

static size_t level_of(const timeloop_case *c, const char *component)
{
    size_t l = 0;
    while (l < c->mapping.level_count && strcmp(c->level_names[l], component) != 0)
        l++;
    return l;
}

static size_t tensor_of(const timeloop_case *c, const char *name)
{
    size_t t = 0;
    while (t < c->mapping.tensor_count && strcmp(c->tensor_names[t], name) != 0)
        t++;
    return t;
}

/* Without a table: the energy of an access as the reference prints it, with two decimals. */
static double energy_or(double energy, double printed)
{
    return isnan(energy) ? printed : energy;
}

static void set_level(timeloop_case *c, const csv *levels, size_t row)
{
    const char *component = csv_text(levels, row, "component");
    double printed = csv_number(levels, row, "vector_access_energy_pJ");
    size_t l = level_of(c, component), t = tensor_of(c, csv_text(levels, row, "dataspace"));
    if (!strcmp(csv_text(levels, row, "dataspace"), "COMPUTE"))
        c->mapping.compute_pj = energy_or(energy_in(c->energies, component, "compute"), printed);
    if (l == c->mapping.level_count || t == c->mapping.tensor_count)
        return;
    ts_mapping_level *level = &c->mapping.levels[l];
    level->keeps[t] = true;
    level->block_words = csv_integer(levels, row, "block_size");
    level->read_pj = energy_or(energy_in(c->energies, component, "read"), printed);
    level->fill_pj = energy_or(energy_in(c->energies, component, "write"), printed);
    level->update_pj = energy_or(energy_in(c->energies, component, "update"), printed);
}

/* The mapping alone says where the tensor core's copies of tiles and its two memory bandwidths lie. */
static void set_bandwidths(timeloop_case *c)
{
    static const struct {
        const char *level;
        double words_per_cycle;
    } printed[] = {{"SMEM", 42}, {"DRAM", 32}};
    for (size_t i = 0; strstr(c->name, "tensor_core") && i < sizeof printed / sizeof *printed; i++) {
        ts_mapping_level *l = &c->mapping.levels[level_of(c, printed[i].level)];
        l->read_words_per_cycle = l->write_words_per_cycle = printed[i].words_per_cycle;
    }
}

static void check_level(validation_group *g, const timeloop_case *c, const ts_mapping_result *r,
                        const csv *levels, size_t row)
{
    static const char *const columns[] = {"scalar_reads_per_inst", "scalar_fills_per_inst",
                                          "scalar_updates_per_inst", "utilized_capacity"};
    char name[96];
    const char *component = csv_text(levels, row, "component"), *space = csv_text(levels, row, "dataspace");
    size_t l = level_of(c, component), t = tensor_of(c, space);
    if (l == c->mapping.level_count || t == c->mapping.tensor_count)
        return;
    const ts_mapping_access *a = &r->access[l][t];
    const int64_t ours[] = {a->reads, a->fills, a->updates, a->tile};
    snprintf(name, sizeof name, "%s %s %s", c->name, component, space);
    for (size_t i = 0; i < sizeof ours / sizeof *ours; i++)
        check_number(g, name, columns[i], csv_number(levels, row, columns[i]), (double)ours[i], 0);
    double expected = csv_number(levels, row, "energy_total_pJ");
    if (c->energies)
        check_number(g, name, "energy, pJ", expected, a->energy_pj, 0.01);
    else
        check_untested(g, name, "energy, pJ", csv_text(levels, row, "energy_total_pJ"),
                       "the energies of an access were not published, only two decimals of one of them");
}

static void check_case(validation_group *g, timeloop_case *c, const csv *summary, size_t row,
                       const csv *levels)
{
    ts_mapping_result r;
    if (ts_mapping_evaluate(&c->mapping, &r)) {
        check_untested(g, c->name, "all", "", ts_error());
        return;
    }
    check_number(g, c->name, "computes", csv_number(summary, row, "computes"), (double)r.computes, 0);
    check_number(g, c->name, "cycles", csv_number(summary, row, "cycles"), r.cycles, 0);
    if (c->energies)
        check_number(g, c->name, "energy, fJ a compute", csv_number(summary, row, "fJ_per_compute_total"),
                     r.energy_pj * 1000 / (double)r.computes, 0.01);
    for (size_t i = 0; i < levels->rows; i++) {
        if (!strcmp(csv_text(levels, i, "case"), c->name))
            check_level(g, c, &r, levels, i);
    }
}

/* A sparse case prints no scalar accesses: what it skips depends on the data's density. */
static bool is_dense(const csv *levels, const char *name)
{
    for (size_t i = 0; i < levels->rows; i++) {
        if (!strcmp(csv_text(levels, i, "case"), name) &&
            strcmp(csv_text(levels, i, "dataspace"), "COMPUTE") != 0)
            return *csv_text(levels, i, "scalar_reads_per_inst") != '\0';
    }
    return false;
}

static void check_row(validation_group *g, const char *folder, const csv *summary, size_t row,
                      const csv *levels)
{
    timeloop_case c = {.name = csv_text(summary, row, "case")};
    if (!is_dense(levels, c.name)) {
        check_untested(g, c.name, "all", csv_text(summary, row, "cycles"),
                       "sparse: accesses are skipped by density, which this model does not know");
        return;
    }
    set_problem(&c);
    parse_mapping(&c, csv_text(summary, row, "mapping_one_line"));
    c.energies = read_energies(folder, c.name);
    if (!c.energies &&
        !strcmp(c.name, "ex/simple_output_stationary")) /* the same components, mapped otherwise */
        c.energies = read_energies(folder, "ex/simple_weight_stationary");
    for (size_t i = 0; i < levels->rows; i++) {
        if (!strcmp(csv_text(levels, i, "case"), c.name))
            set_level(&c, levels, i);
    }
    set_bandwidths(&c);
    check_case(g, &c, summary, row, levels);
    free(c.energies);
}

void validate_timeloop(validation *v)
{
    csv summary, levels;
    int missing = csv_read(v->folder, "timeloop_refs_summary.csv", &summary);
    missing |= csv_read(v->folder, "timeloop_refs_levels.csv", &levels);
    if (!missing) {
        validation_group *g = begin_group(v, "Mappings", "accesses and cycles equal, energy within 1 %",
                                          "reference outputs of the Timeloop/Accelergy exercises");
        for (size_t row = 0; row < summary.rows; row++)
            check_row(g, v->folder, &summary, row, &levels);
    }
    csv_free(&summary);
    csv_free(&levels);
}
