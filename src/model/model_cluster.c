/*
 * Machines joined by a network: a call stays on one node, or is split over all, and the parts of the result
 * are gathered. The formulas and their sources stand in cluster.h.
 */
#include "model/cluster.h"
#include "model/facts_chain.h"
#include "model/machine.h"
#include "model/models.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const char source[] = "Thakur et al., IJHPCA 19(1) 2005; Patarasuk, Yuan, JPDC 69(2) 2009";
static const char user[] = "the cluster model";
/* Pieces that a call is cut into so that one is sent while the next is computed. */
enum { CHUNKS = 4 };

typedef enum plan { ONE_NODE, BY_ROWS, BY_COLUMNS, BY_DEPTH } plan;
static const char *const plan_names[] = {"on one node", "rows split, weights on every node",
                                         "columns and weights split", "inner dimension split"};

typedef struct network {
    int nodes;
    ts_link link;
} network;

static int read_network(ts_facts *facts, network *n)
{
    double nodes = 0, bandwidth = 0;
    int rc = ts_facts_need(facts, "cluster.nodes", user, &nodes);
    if (rc == 0)
        rc = ts_facts_need(facts, "link.network.latency", user, &n->link.latency_s);
    if (rc == 0)
        rc = ts_facts_need(facts, "link.network.bandwidth", user, &bandwidth);
    n->nodes = (int)fmax(1, nodes);
    n->link.seconds_per_byte = 1 / bandwidth;
    return rc;
}

static int64_t share(int64_t whole, int nodes)
{
    return (whole + nodes - 1) / nodes;
}

/* Batched products are dealt out whole. */
static void split_product(ts_product_sizes *p, plan how, int nodes)
{
    if (p->count >= nodes) {
        p->count = ceil(p->count / nodes);
        return;
    }
    p->m = how == BY_ROWS ? share(p->m, nodes) : p->m;
    p->n = how == BY_COLUMNS ? share(p->n, nodes) : p->n;
    p->k = how == BY_DEPTH ? share(p->k, nodes) : p->k;
    p->height = how == BY_ROWS && p->is_convolution ? share(p->height, nodes) : p->height;
    p->filters = how == BY_COLUMNS && p->is_convolution ? share(p->filters, nodes) : p->filters;
    p->channels = how == BY_DEPTH && p->is_convolution ? share(p->channels, nodes) : p->channels;
}

/* What one node has to do: the operand that the split leaves whole is read by each. */
static ts_work part_of(const ts_work *whole, plan how, int nodes)
{
    ts_work w = *whole;
    if (how == ONE_NODE)
        return w;
    double others = fmax(0, w.bytes - w.constant_bytes);
    w.flops /= nodes;
    w.product_flops /= nodes;
    w.stored /= how == BY_DEPTH ? 1 : nodes;
    w.constant_bytes /= how == BY_ROWS ? 1 : nodes;
    double input = fmax(0, others - whole->stored);
    w.bytes = w.constant_bytes + w.stored + (how == BY_COLUMNS ? input : input / nodes);
    w.loaded = w.constant_bytes + (how == BY_COLUMNS ? input : input / nodes);
    w.footprint = w.bytes;
    for (size_t i = 0; i < w.product_count; i++)
        split_product(&w.products[i], how, nodes);
    return w;
}

/* Seconds of the network after (or while) the nodes compute: partial results are added, split ones gathered.
 * An allgather is the second half of a ring's allreduce. */
static double communication(const network *n, const ts_work *whole, plan how)
{
    if (how == ONE_NODE || n->nodes < 2)
        return 0;
    if (how == BY_DEPTH)
        return ts_cluster_allreduce(&n->link, n->nodes, whole->stored);
    return ts_cluster_allreduce_ring(&n->link, n->nodes, whole->stored) / 2;
}

typedef struct outcome {
    plan how;
    int nodes; /* at work */
    ts_prediction node;
    double network_s, seconds;
} outcome;

static int try_plan(const ts_model_call *call, ts_facts *node, const network *whole, plan how, int nodes,
                    outcome *out)
{
    const network part_network = {nodes, whole->link}, *n = &part_network;
    const ts_model *model;
    ts_work work = part_of(call->work, how, n->nodes);
    ts_model_call part = *call;
    part.work = &work;
    out->how = how;
    out->nodes = nodes;
    ts_prediction_clear(&out->node);
    int rc = ts_model_find(NULL, ts_facts_target(node), &model);
    if (rc == 0)
        rc = ts_model_run(model, &part, node, &out->node);
    if (rc < 0)
        return rc;
    out->network_s = communication(n, call->work, how);
    /* Sums are complete only in the end; split results leave piece by piece. */
    double hidden = how == BY_DEPTH ? 0 : out->network_s * (CHUNKS - 1) / CHUNKS;
    out->seconds = ts_cluster_overlap(out->node.seconds, hidden, out->network_s - hidden);
    return 0;
}

/* On all nodes, a half of them, a quarter ...: small calls lose more to the network than they gain. */
static int find_best(const ts_model_call *call, ts_facts *node, const network *n, outcome *best)
{
    plan last = call->work->product_count > 0 ? BY_DEPTH : BY_ROWS;
    int rc = try_plan(call, node, n, ONE_NODE, 1, best);
    for (int nodes = n->nodes; nodes > 1 && rc == 0; nodes /= 2)
        for (plan how = BY_ROWS; how <= last && rc == 0; how++) {
            outcome o;
            rc = try_plan(call, node, n, how, nodes, &o);
            if (rc == 0 && o.seconds < best->seconds)
                *best = o;
        }
    return rc;
}

/* Of the plan that won, the nodes' chain again, and what the network adds. */
static int explain(const ts_model_call *call, ts_facts *facts, ts_facts *node, const network *n,
                   outcome *best)
{
    int rc = try_plan(call, node, n, best->how, best->nodes, best);
    ts_facts_step(facts, "network", best->network_s, "s", source, "%s: %g B of results over %d nodes",
                  plan_names[best->how], call->work->stored, best->nodes);
    ts_facts_step(facts, "time", best->seconds, "s", source,
                  "max(node %g s, what hides) + the rest of the network's %g s; of a pipeline with one batch "
                  "%g would stand idle (Huang et al., GPipe, NeurIPS 2019)",
                  best->node.seconds, best->network_s, ts_cluster_pipeline_bubble(n->nodes, 1));
    return rc;
}

/* Nodes that wait draw their idle power; where that isn't stated, as much as those that work. */
static double joules(ts_facts *facts, const network *n, const outcome *best)
{
    int waiting = n->nodes - best->nodes;
    double busy = best->node.joules / best->node.seconds;
    double idle =
        waiting ? ts_facts_or(facts, "node.power.idle", busy, "nodes that wait draw what busy ones do") : 0;
    double all = ((n->nodes - waiting) * busy + waiting * idle) * best->seconds;
    if (!isnan(all))
        ts_facts_step(facts, "energy", all, "J", source, "(%d nodes * %g W + %d waiting * %g W) * %g s",
                      n->nodes - waiting, busy, waiting, idle, best->seconds);
    return all;
}

static void report(const ts_model_call *call, ts_facts *facts, const network *n, const outcome *best,
                   ts_prediction *out)
{
    bool waits = best->network_s > best->node.seconds;
    *out = best->node;
    out->flops = call->work->flops;
    out->peak = best->node.peak * n->nodes;
    out->seconds = best->seconds;
    out->joules = joules(facts, n, best);
    if (best->network_s > 0)
        ts_prediction_add(out, "network", call->work->stored, best->network_s, NAN);
    snprintf(out->bound, sizeof out->bound, "%s%.30s", waits ? "" : "node.",
             waits ? "link.network.bandwidth" : best->node.bound);
    ts_prediction_note(out, "%s%s", plan_names[best->how], best->nodes < n->nodes ? ", some nodes wait" : "");
}

static int predict(const ts_model_call *call, ts_facts *facts, ts_prediction *out)
{
    ts_facts *node;
    network n = {0};
    outcome best;
    int rc = ts_facts_node(facts, user, &node);
    if (rc == 0)
        rc = read_network(facts, &n);
    if (rc < 0)
        return rc;
    bool remembers = ts_facts_pause(facts, false);
    rc = find_best(call, node, &n, &best);
    ts_facts_pause(facts, remembers);
    if (rc == 0 && remembers)
        rc = explain(call, facts, node, &n, &best);
    if (rc == 0)
        report(call, facts, &n, &best, out);
    return rc;
}

const ts_model ts_model_cluster = {
    .name = "cluster",
    .summary = "one node's model, the call split over the nodes, results gathered",
    .kind = "cluster",
    .source = source,
    .rank = 10,
    .predict = predict,
};
