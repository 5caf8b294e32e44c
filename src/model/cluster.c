/* Collectives of a cluster; the citations are in the header. */
#include "model/cluster.h"

#include <math.h>

double ts_cluster_message(const ts_link *link, double bytes)
{
    return link->latency_s + bytes * link->seconds_per_byte;
}

double ts_cluster_allreduce_ring(const ts_link *link, int nodes, double bytes)
{
    double share = (double)(nodes - 1) / nodes;
    return 2 * (nodes - 1) * link->latency_s + 2 * share * bytes * link->seconds_per_byte +
           share * bytes * link->reduce_s_per_byte;
}

double ts_cluster_allreduce_tree(const ts_link *link, int nodes, double bytes)
{
    double rounds = ceil(log2(nodes));
    return rounds * (ts_cluster_message(link, bytes) + bytes * link->reduce_s_per_byte);
}

double ts_cluster_allreduce(const ts_link *link, int nodes, double bytes)
{
    return fmin(ts_cluster_allreduce_ring(link, nodes, bytes), ts_cluster_allreduce_tree(link, nodes, bytes));
}

double ts_cluster_pipeline_bubble(int stages, int micro_batches)
{
    return (double)(stages - 1) / (micro_batches + stages - 1);
}

double ts_cluster_overlap(double compute_s, double hidden_s, double exposed_s)
{
    return fmax(compute_s, hidden_s) + exposed_s;
}
