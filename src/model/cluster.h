/*
 * Communication of machines joined by links: the alpha-beta-gamma model.
 * Thakur, Rabenseifner, Gropp, "Optimization of collective communication operations in MPICH", IJHPCA 19(1)
 * 2005; Patarasuk, Yuan, JPDC 69(2) 2009 (ring); Huang et al., "GPipe", NeurIPS 2019 (pipeline bubble).
 */
#ifndef TS_MODEL_CLUSTER_H
#define TS_MODEL_CLUSTER_H

typedef struct ts_link {
    double latency_s;         /**< alpha: of one message */
    double seconds_per_byte;  /**< beta */
    double reduce_s_per_byte; /**< gamma: combining two operands; 0: free */
} ts_link;

/** One message: alpha + n beta. Seconds. */
double ts_cluster_message(const ts_link *link, double bytes);
/** 2(p-1) alpha + 2(p-1)/p n beta + (p-1)/p n gamma: reduce-scatter, then allgather, round a ring. Seconds.
 */
double ts_cluster_allreduce_ring(const ts_link *link, int nodes, double bytes);
/** ceil(log2 p) (alpha + n beta + n gamma): recursive doubling. Seconds. */
double ts_cluster_allreduce_tree(const ts_link *link, int nodes, double bytes);
/** The faster of the two. Seconds. */
double ts_cluster_allreduce(const ts_link *link, int nodes, double bytes);
/** Idle share of a pipeline of S stages fed m micro-batches: (S-1) / (m+S-1). GPipe. */
double ts_cluster_pipeline_bubble(int stages, int micro_batches);
/** max(compute, communication that may hide behind it) + the communication that may not. Seconds. */
double ts_cluster_overlap(double compute_s, double hidden_s, double exposed_s);

#endif
