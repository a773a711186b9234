/* arch_denoiser.c - the network of denoiser.h: a convolutional autoencoder. */
#include "config.h"

#include "stream/denoise.h"
#include "train/denoiser.h"
#include "train/net.h"

#include <stdio.h>

/* HEARD: features of a bin; FINE: channels behind the last upsampling; JOINED: bins to a band. */
enum { HEARD = 3, C1 = 24, C2 = 40, C3 = 64, C4 = 96, FINE = 8, JOINED = 4 };

typedef struct {
    size_t in, out, high, wide; /* the kernel: frames by bands, odd */
    int64_t stride_t, stride_f; /* what is left is the size divided by these */
} convolution;

static size_t convolve(hear_net *n, const char *name, size_t x, const convolution *c)
{
    char text[48];
    const int64_t high = (int64_t)c->high, wide = (int64_t)c->wide;
    snprintf(text, sizeof text, "%s.weight", name);
    const size_t in[2] = { x, hear_net_weight(n, text, 4,
                                              (const int64_t[]){ (int64_t)c->out, (int64_t)c->in,
                                                                 high, wide }) };
    x = hear_net_nodes(n, "Conv", name, 2, in);
    hear_net_set_ints(n, "kernel_shape", 2, (const int64_t[]){ high, wide });
    hear_net_set_ints(n, "strides", 2, (const int64_t[]){ c->stride_t, c->stride_f });
    hear_net_set_ints(n, "pads", 4, (const int64_t[]){ high / 2, wide / 2, high / 2, wide / 2 });
    return x;
}

/* Each channel to mean 0 and deviation 1 over the batch, scaled and shifted; nothing below 0. */
static size_t activate(hear_net *n, const char *name, size_t x, size_t channels)
{
    char text[48];
    snprintf(text, sizeof text, "%s.norm", name);
    x = hear_net_normalise(n, text, name, x, channels);
    snprintf(text, sizeof text, "%s.active", name);
    return hear_net_node(n, "Relu", text, x);
}

static size_t block(hear_net *n, const char *name, size_t x, size_t in, size_t out)
{
    const convolution c = { in, out, 3, 3, 1, 1 };
    return activate(n, name, convolve(n, name, x, &c), out);
}

static size_t narrow(hear_net *n, const char *name, size_t x, size_t in, size_t out)
{
    const convolution c = { in, out, 3, 3, 2, 2 };
    return activate(n, name, convolve(n, name, x, &c), out);
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

/* What is heard of each bin: its level ln(|X| / mean |X| + 0.01), the same at any gain; by how much
 * that is above the bin's mean over the window; and above the least that its neighbourhood comes
 * to in the window, which is noise that stays (after R. Martin 2001). */
static size_t features(hear_net *n, size_t magnitude)
{
    size_t mean = hear_net_reduce(n, "ReduceMean", "mean_over_bins", magnitude, 3, true);
    mean = hear_net_reduce(n, "ReduceMean", "mean", mean, 2, true);
    mean = hear_net_node2(n, "Add", "level", mean, one(n, "least", 1e-6f));
    const size_t floor = one(n, "floor", 0.01f);
    const size_t ratio = hear_net_node2(n, "Div", "ratio", magnitude, mean);
    const size_t level =
        hear_net_node(n, "Log", "features", hear_net_node2(n, "Add", "raised", ratio, floor));
    const size_t usual = hear_net_reduce(n, "ReduceMean", "usual", level, 2, true);
    size_t stays = hear_net_node(n, "AveragePool", "smooth", ratio);
    hear_net_set_ints(n, "kernel_shape", 2, (const int64_t[]){ 5, 5 });
    hear_net_set_ints(n, "pads", 4, (const int64_t[]){ 2, 2, 2, 2 });
    stays = hear_net_reduce(n, "ReduceMin", "least_smooth", stays, 2, true);
    stays =
        hear_net_node(n, "Log", "stays", hear_net_node2(n, "Add", "raised_least", stays, floor));
    const size_t heard[HEARD] = { level, hear_net_node2(n, "Sub", "above_usual", level, usual),
                                  hear_net_node2(n, "Sub", "above_stays", level, stays) };
    return hear_net_concat(n, "heard", 1, HEARD, heard);
}

/* From bands back to bins, and what the bins themselves say added: harmonics are narrower. */
static size_t gain_of(hear_net *n, size_t bands, size_t bins)
{
    const size_t up[2] = { bands, hear_net_weight(n, "fine.up.weight", 4,
                                                  (const int64_t[]){ C1, FINE, 1, JOINED }) };
    size_t x = hear_net_nodes(n, "ConvTranspose", "fine.up", 2, up);
    hear_net_set_ints(n, "kernel_shape", 2, (const int64_t[]){ 1, JOINED });
    hear_net_set_ints(n, "strides", 2, (const int64_t[]){ 1, JOINED });
    const convolution c = { HEARD, FINE, 3, 5, 1, 1 }, last = { FINE, 1, 3, 3, 1, 1 };
    x = hear_net_node2(n, "Add", "fine.sum", x, convolve(n, "fine", bins, &c));
    x = convolve(n, "gain.last", activate(n, "fine", x, FINE), &last);
    const size_t bias = hear_net_weight(n, "gain.bias", 1, (const int64_t[]){ 1 });
    return hear_net_node(n, "Sigmoid", "gain", hear_net_node2(n, "Add", "gain.sum", x, bias));
}

static void build(hear_net *n)
{
    const convolution c = { HEARD, C1, 3, 7, 1, JOINED };
    const hear_shape shape = { .rank = 4,
                               .dim = { -1, 1, HEAR_DENOISE_WINDOW, HEAR_DENOISE_BINS } };
    size_t magnitude = HEAR_NO_VALUE;
    if (n->status == HEAR_OK)
        n->status = hear_graph_add_input(n->graph, "magnitude", HEAR_F32, &shape, &magnitude);
    const size_t twice = hear_net_fixed(n, "twice", 4, (const float[]){ 1.0f, 1.0f, 2.0f, 2.0f });
    const size_t bins = features(n, magnitude);
    const size_t a = activate(n, "down1", convolve(n, "down1", bins, &c), C1);
    const size_t b = narrow(n, "down2", a, C1, C2);
    const size_t d = narrow(n, "down3", b, C2, C3);
    size_t x = narrow(n, "down4", d, C3, C4);
    x = hear_net_node2(n, "Add", "middle.sum", x, block(n, "middle", x, C4, C4));
    x = widen(n, "up4", block(n, "up4", x, C4, C3), d, twice);
    x = widen(n, "up3", block(n, "up3", x, C3, C2), b, twice);
    x = widen(n, "up2", block(n, "up2", x, C2, C1), a, twice);
    x = block(n, "up1", x, C1, C1);
    hear_net_output(n, hear_net_node2(n, "Mul", "clean", gain_of(n, x, bins), magnitude));
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
