/* A capture as a plan for tuning: see capture.h. */
#include "tune/capture.h"
#include "core/capture.h"
#include "tilesmith_plugin.h"

#include <stdlib.h>
#include <string.h>

/* A shape with less of the time than this can't repay the seconds that tuning it takes. */
static const double LEAST_SHARE = 0.01;

/* One shape with its weight. */
typedef struct ts_weighed {
    const ts_capture_shape *shape;
    double weight;
} ts_weighed;

static double mean_call(const ts_capture *c)
{
    double seconds = 0, calls = 0;
    for (size_t i = 0; i < c->count; i++) {
        seconds += c->shapes[i].calls ? c->shapes[i].seconds : 0;
        calls += (double)c->shapes[i].calls;
    }
    return seconds > 0 ? seconds / calls : 1;
}

static int heavier_first(const void *a, const void *b)
{
    const ts_weighed *x = a, *y = b;
    if (x->weight != y->weight)
        return x->weight < y->weight ? 1 : -1;
    return strcmp(x->shape->problem, y->shape->problem);
}

/* The selected shapes with their shares of the time, heaviest first; how many. */
static size_t weigh(const ts_capture *c, const char *kernel, const char *type, ts_weighed *out)
{
    double mean = mean_call(c), total = 0;
    size_t count = 0;
    for (size_t i = 0; i < c->count; i++) {
        const ts_capture_shape *s = &c->shapes[i];
        if ((kernel && strcmp(kernel, s->kernel) != 0) || (type && strcmp(type, s->type) != 0))
            continue;
        double weight = s->seconds > 0 ? s->seconds : mean * (double)(s->calls + s->lookups);
        out[count++] = (ts_weighed){s, weight};
        total += weight;
    }
    for (size_t i = 0; i < count && total > 0; i++)
        out[i].weight /= total;
    qsort(out, count, sizeof *out, heavier_first);
    return count;
}

/* Groups come in the order of their heaviest shape, which is close to that of their time. */
static ts_capture_group *group_of(ts_capture_plan *plan, const ts_capture_shape *s)
{
    for (size_t i = 0; i < plan->count; i++)
        if (strcmp(plan->groups[i].kernel, s->kernel) == 0 && strcmp(plan->groups[i].type, s->type) == 0)
            return &plan->groups[i];
    ts_capture_group *group = &plan->groups[plan->count++];
    memcpy(group->kernel, s->kernel, sizeof group->kernel);
    memcpy(group->type, s->type, sizeof group->type);
    _Static_assert(sizeof group->kernel == sizeof s->kernel && sizeof group->type == sizeof s->type,
                   "both are the same");
    return group;
}

/* Room for the worst case each: a capture has a few hundred shapes. */
static int add_shape(ts_capture_plan *plan, const ts_weighed *w, size_t most)
{
    ts_capture_group *group = group_of(plan, w->shape);
    if (!group->shapes) {
        group->shapes = calloc(most + 1, sizeof *group->shapes);
        group->weights = calloc(most + 1, sizeof *group->weights);
    }
    if (!group->shapes || !group->weights)
        return ts_fail(TS_ENOMEM, "out of memory while reading a capture");
    group->shapes[group->count] = w->shape->problem;
    group->weights[group->count++] = w->weight;
    group->share += w->weight;
    return TS_OK;
}

static int make_plan(const ts_weighed *shapes, size_t count, ts_capture_plan *plan)
{
    int rc = TS_OK;
    plan->groups = calloc(count + 1, sizeof *plan->groups);
    if (!plan->groups)
        return ts_fail(TS_ENOMEM, "out of memory while reading a capture");
    for (size_t i = 0; i < count && rc == TS_OK; i++) {
        if (shapes[i].weight >= LEAST_SHARE) {
            rc = add_shape(plan, &shapes[i], count);
            continue;
        }
        plan->left_out++;
        plan->left_out_share += shapes[i].weight;
    }
    return rc;
}

int ts_capture_plan_load(const char *path, const char *kernel, const char *type, ts_capture_plan *out)
{
    *out = (ts_capture_plan){0};
    ts_capture *capture = calloc(1, sizeof *capture);
    ts_weighed *shapes = NULL;
    if (!capture)
        return ts_fail(TS_ENOMEM, "out of memory while reading a capture");
    out->texts = capture;
    int rc = ts_capture_load(path, capture);
    if (rc == TS_OK && !(shapes = calloc(capture->count + 1, sizeof *shapes)))
        rc = ts_fail(TS_ENOMEM, "out of memory while reading a capture");
    size_t count = rc == TS_OK ? weigh(capture, kernel, type, shapes) : 0;
    if (rc == TS_OK)
        rc = make_plan(shapes, count, out);
    if (rc == TS_OK && out->count == 0)
        rc = ts_fail(TS_ENOTFOUND,
                     "%s: has no call of %s%s%s; leave KERNEL and --type out to tune what it has", path,
                     kernel ? kernel : "any kernel", type ? " " : "", type ? type : "");
    free(shapes);
    if (rc != TS_OK)
        ts_capture_plan_clear(out);
    return rc;
}

void ts_capture_plan_clear(ts_capture_plan *plan)
{
    for (size_t i = 0; i < plan->count; i++) {
        free(plan->groups[i].shapes);
        free(plan->groups[i].weights);
    }
    free(plan->groups);
    if (plan->texts)
        ts_capture_clear(plan->texts);
    free(plan->texts);
    *plan = (ts_capture_plan){0};
}
