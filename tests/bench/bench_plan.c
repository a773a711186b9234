/* bench_plan.c - networks as they run in the stream, one window at a time, and steps of training.
 */
#include "config.h"

#include "base/rng.h"
#include "bench/bench.h"
#include "nn/loss.h"
#include "nn/optim.h"
#include "nn/plan.h"

#include <stdio.h>
#include <string.h>

typedef struct {
    hear_graph *graph;
    hear_rng rng;
    size_t value, n; /* the last value, and how many nodes there are */
    bool ok;
} builder;

static builder begin(const hear_shape *in)
{
    builder b = { .ok = true };
    hear_rng_seed(&b.rng, 1);
    b.ok = !hear_graph_create(&b.graph, 17) &&
           !hear_graph_add_input(b.graph, "x", HEAR_F32, in, &b.value);
    return b;
}

static size_t weight(builder *b, const char *kind, hear_shape shape, double scale)
{
    char name[32];
    size_t v = 0, n = 0;
    snprintf(name, sizeof name, "%s%zu", kind, b->n);
    b->ok = b->ok && !hear_graph_add_weight(b->graph, name, &shape, NULL, &v) &&
            hear_shape_count(&shape, &n);
    for (size_t i = 0; b->ok && i < n; i++)
        ((float *)b->graph->values[v].init->data)[i] = (float)(scale * hear_rng_normal(&b->rng));
    return v;
}

static hear_node *node(builder *b, const char *op, size_t n_in, const size_t *in)
{
    char name[32];
    snprintf(name, sizeof name, "%s%zu", op, b->n++);
    b->ok = b->ok && !hear_graph_add_node(b->graph, op, name, n_in, in, &b->value);
    return hear_graph_last_node(b->graph);
}

static void conv(builder *b, int64_t in, int64_t out, int64_t group, int64_t k, int64_t stride)
{
    const size_t inputs[3] = { b->value,
                               weight(b, "w", (hear_shape){ 4, { out, in / group, k, k } }, 0.1),
                               weight(b, "b", (hear_shape){ 1, { out } }, 0.1) };
    const int64_t pads[4] = { k / 2, k / 2, k / 2, k / 2 }, strides[2] = { stride, stride };
    hear_node *n = node(b, "Conv", 3, inputs);
    b->ok = b->ok && !hear_node_set_ints(n, "pads", 4, pads) &&
            !hear_node_set_ints(n, "strides", 2, strides) && !hear_node_set_int(n, "group", group);
    node(b, "Relu", 1, &b->value);
}

static void pool(builder *b)
{
    const int64_t two[2] = { 2, 2 };
    hear_node *n = node(b, "MaxPool", 1, &b->value);
    b->ok = b->ok && !hear_node_set_ints(n, "kernel_shape", 2, two) &&
            !hear_node_set_ints(n, "strides", 2, two);
}

static void dense(builder *b, int64_t in, int64_t out)
{
    const size_t inputs[3] = { b->value, weight(b, "w", (hear_shape){ 2, { in, out } }, 0.01),
                               weight(b, "b", (hear_shape){ 1, { out } }, 0.01) };
    node(b, "Gemm", 3, inputs);
}

static hear_graph *end(builder *b)
{
    b->ok = b->ok && !hear_graph_add_output(b->graph, b->value);
    return b->ok ? b->graph : NULL;
}

/* One hidden layer of 64 on a three-second log-mel window. */
static hear_graph *mlp(void)
{
    builder b = begin(&(hear_shape){ 2, { -1, 94 * 128 } });
    dense(&b, 94 * 128, 64);
    node(&b, "Relu", 1, &b.value);
    dense(&b, 64, 3);
    return end(&b);
}

/* Two blocks of 32 and 64 3x3 filters on 128x128, dense 64. */
static hear_graph *cnn(void)
{
    builder b = begin(&(hear_shape){ 4, { -1, 1, 128, 128 } });
    conv(&b, 1, 32, 1, 3, 1);
    pool(&b);
    conv(&b, 32, 64, 1, 3, 1);
    pool(&b);
    node(&b, "Flatten", 1, &b.value);
    dense(&b, 64 * 32 * 32, 64);
    node(&b, "Relu", 1, &b.value);
    dense(&b, 64, 3);
    return end(&b);
}

/* Depthwise separable blocks, 96x64 frames as MobileNet has them. */
static hear_graph *separable(void)
{
    builder b = begin(&(hear_shape){ 4, { -1, 1, 96, 64 } });
    conv(&b, 1, 32, 1, 3, 2);
    for (int64_t i = 0, n = 32; i < 4; i++, n *= 2) {
        conv(&b, n, n, n, 3, 1 + i % 2);
        conv(&b, n, 2 * n, 1, 1, 1);
    }
    node(&b, "GlobalAveragePool", 1, &b.value);
    node(&b, "Flatten", 1, &b.value);
    dense(&b, 512, 8);
    return end(&b);
}

static hear_plan *plan_of(hear_graph *g, size_t batch, bool training)
{
    hear_plan *p = NULL;
    hear_error err = { 0 };
    const hear_plan_config config = { .batch = batch, .training = training };
    if (!g || hear_plan_create(&p, g, &config, &err)) {
        fprintf(stderr, "bench_plan: %s\n", err.text);
        return NULL;
    }
    hear_rng rng;
    hear_rng_seed(&rng, 2);
    hear_tensor *x = hear_plan_input(p, 0);
    for (size_t i = 0; i < x->count; i++)
        ((float *)x->data)[i] = (float)hear_rng_uniform(&rng);
    return p;
}

/* Budget: the half second that a hop has. */
static int infer(const char *name, hear_graph *g)
{
    hear_plan *p = plan_of(g, 1, false);
    if (!p)
        return 1;
    hear_bench b = hear_bench_begin(name, 0.5);
    while (hear_bench_more(&b))
        hear_plan_run(p);
    printf("  %.1f million multiply-adds, %.1f MiB\n", (double)hear_plan_macs(p) / 1e6,
           (double)hear_plan_bytes(p) / 1048576.0);
    hear_plan_destroy(p);
    hear_graph_destroy(g);
    return hear_bench_end(&b);
}

/* Forward, loss, backward and one step of Adam. Budget: 50 ms a member of the batch. */
static int train(const char *name, hear_graph *g, size_t batch)
{
    hear_plan *p = plan_of(g, batch, true);
    hear_optim *o = NULL;
    const hear_optim_config adam = { .kind = HEAR_OPTIM_ADAM };
    if (!p || hear_optim_create(&o, &adam, p))
        return 1;
    const hear_tensor *y = hear_plan_output(p, 0);
    static float targets[4096];
    const size_t n = (size_t)y->shape.dim[1];
    for (size_t i = 0; i < y->count && i < 4096; i++)
        targets[i] = i % n == i / n % n;
    const hear_loss_config loss = { .kind = HEAR_LOSS_SOFTMAX };
    hear_plan_set_training(p, true, 1);
    hear_bench b = hear_bench_begin(name, 0.05 * (double)batch);
    while (hear_bench_more(&b)) {
        hear_plan_run(p);
        hear_loss(&loss, y->data, targets, batch, n, hear_plan_output_grad(p, 0));
        hear_plan_zero_grad(p);
        hear_plan_backward(p);
        hear_optim_step(o, p, 1e-4);
    }
    hear_optim_destroy(o);
    hear_plan_destroy(p);
    hear_graph_destroy(g);
    return hear_bench_end(&b);
}

int main(void)
{
    int status = infer("plan/mlp 12032-64-3", mlp());
    status |= infer("plan/cnn 128x128", cnn());
    status |= infer("plan/separable 96x64", separable());
    status |= train("plan/train mlp, batch 32", mlp(), 32);
    status |= train("plan/train cnn, batch 8", cnn(), 8);
    return status;
}
