/* arch_denoiser.c - the network of denoiser.h: a convolutional autoencoder. */
#include "config.h"

#include "stream/denoise.h"
#include "train/denoiser.h"
#include "train/net.h"

#include <stdio.h>

/* stride_t and stride_f: 1 .. 4; what is left is the size divided by the stride. */
static size_t block(hear_net *n, const char *name, size_t x, size_t in, size_t out, size_t wide,
                    int64_t stride_t, int64_t stride_f)
{
    static const char *const parts[4] = { "scale", "shift", "mean", "variance" };
    char text[48];
    const int64_t k = (int64_t)wide, pad = k / 2;
    snprintf(text, sizeof text, "%s.weight", name);
    const size_t conv[2] = {
        x, hear_net_weight(n, text, 4, (const int64_t[]){ (int64_t)out, (int64_t)in, 3, k })
    };
    x = hear_net_nodes(n, "Conv", name, 2, conv);
    hear_net_set_ints(n, "kernel_shape", 2, (const int64_t[]){ 3, k });
    hear_net_set_ints(n, "strides", 2, (const int64_t[]){ stride_t, stride_f });
    hear_net_set_ints(n, "pads", 4, (const int64_t[]){ 1, pad, 1, pad });
    size_t norm[5] = { x };
    for (size_t i = 0; i < 4; i++) {
        snprintf(text, sizeof text, "%s.%s", name, parts[i]);
        norm[1 + i] = hear_net_filled(n, text, out, i % 3 == 0 ? 1.0f : 0.0f);
    }
    snprintf(text, sizeof text, "%s.norm", name);
    x = hear_net_nodes(n, "BatchNormalization", text, 5, norm);
    snprintf(text, sizeof text, "%s.active", name);
    return hear_net_node(n, "Relu", text, x);
}

/* Twice as many frames and bands, each repeated, and the encoder's of that size added. */
static size_t widen(hear_net *n, const char *name, size_t x, size_t skip, size_t scales)
{
    char text[48];
    snprintf(text, sizeof text, "%s.up", name);
    const size_t in[3] = { x, HEAR_NO_VALUE, scales };
    x = hear_net_nodes(n, "Resize", text, 3, in);
    snprintf(text, sizeof text, "%s.sum", name);
    return hear_net_node2(n, "Add", text, x, skip);
}

static size_t one(hear_net *n, const char *name, float value)
{
    return hear_net_fixed(n, name, 1, &value);
}

/* ln(|X| / mean |X| + 0.01): the same at any gain. */
static size_t features(hear_net *n, size_t magnitude)
{
    size_t mean = hear_net_reduce(n, "ReduceMean", "mean_over_bins", magnitude, 3, true);
    mean = hear_net_reduce(n, "ReduceMean", "mean", mean, 2, true);
    mean = hear_net_node2(n, "Add", "level", mean, one(n, "least", 1e-6f));
    const size_t ratio = hear_net_node2(n, "Div", "ratio", magnitude, mean);
    return hear_net_node(n, "Log", "features",
                         hear_net_node2(n, "Add", "raised", ratio, one(n, "floor", 0.01f)));
}

static void build(hear_net *n)
{
    enum { C1 = 24, C2 = 32, C3 = 48, C4 = 64, JOINED = 4 /* bins to a band */ };
    const hear_shape shape = { .rank = 4,
                               .dim = { -1, 1, HEAR_DENOISE_WINDOW, HEAR_DENOISE_BINS } };
    size_t magnitude = HEAR_NO_VALUE;
    if (n->status == HEAR_OK)
        n->status = hear_graph_add_input(n->graph, "magnitude", HEAR_F32, &shape, &magnitude);
    const size_t twice = hear_net_fixed(n, "twice", 4, (const float[]){ 1.0f, 1.0f, 2.0f, 2.0f });
    const size_t a = block(n, "down1", features(n, magnitude), 1, C1, 7, 1, JOINED);
    const size_t b = block(n, "down2", a, C1, C2, 3, 2, 2);
    const size_t c = block(n, "down3", b, C2, C3, 3, 2, 2);
    size_t x = block(n, "down4", c, C3, C4, 3, 2, 2);
    x = block(n, "middle", x, C4, C4, 3, 1, 1);
    x = widen(n, "up4", block(n, "up4", x, C4, C3, 3, 1, 1), c, twice);
    x = widen(n, "up3", block(n, "up3", x, C3, C2, 3, 1, 1), b, twice);
    x = widen(n, "up2", block(n, "up2", x, C2, C1, 3, 1, 1), a, twice);
    x = block(n, "up1", x, C1, C1, 3, 1, 1);
    const size_t last[3] = {
        x, hear_net_weight(n, "gain.weight", 4, (const int64_t[]){ C1, 1, 1, JOINED }),
        hear_net_weight(n, "gain.bias", 1, (const int64_t[]){ 1 })
    };
    x = hear_net_nodes(n, "ConvTranspose", "gain.up", 3, last);
    hear_net_set_ints(n, "kernel_shape", 2, (const int64_t[]){ 1, JOINED });
    hear_net_set_ints(n, "strides", 2, (const int64_t[]){ 1, JOINED });
    const size_t gain = hear_net_node(n, "Sigmoid", "gain", x);
    hear_net_output(n, hear_net_node2(n, "Mul", "clean", gain, magnitude));
}

hear_status hear_denoiser_build(hear_graph **out)
{
    hear_net net = { 0 };
    *out = NULL;
    net.status = hear_graph_create(&net.graph, HEAR_NET_OPSET);
    build(&net);
    if (net.status == HEAR_OK)
        net.status = hear_graph_set_prop(net.graph, "hearsay.version", "1");
    if (net.status == HEAR_OK)
        net.status = hear_graph_set_prop(net.graph, "hearsay.kind", HEAR_DENOISE_KIND);
    if (net.status == HEAR_OK)
        *out = net.graph;
    else
        hear_graph_destroy(net.graph);
    return net.status;
}
