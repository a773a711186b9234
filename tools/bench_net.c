/* bench_net.c - how long a network takes here, for tools/bench-peers and tools/bench-train.
 *
 * usage: bench_net MODEL.onnx BATCH SECONDS [THREADS | nodes]
 *
 * Prints the least milliseconds of a run for inference; with "nodes", the least microseconds of
 * each node, and its share of a multiply-add a nanosecond; with THREADS, the least milliseconds of
 * a step of training: forward, softmax loss, backward, gradients clipped, AdamW, on so many threads
 * with a part of the batch each. On one thread the CPU's time counts, which other programs disturb
 * the least. */
#include "config.h"

#include "base/clock.h"
#include "base/error.h"
#include "base/rng.h"
#include "nn/loss.h"
#include "nn/onnx.h"
#include "nn/optim.h"
#include "nn/plan_parts.h"
#include "train/pool.h"
#include "train/weights.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_THREADS = 8, MOST_TARGETS = 4096 };

typedef struct {
    hear_graph *graph[MOST_THREADS];
    hear_plan *plan[MOST_THREADS];
    size_t n_threads;
    float targets[MOST_TARGETS];
} job;

static void learn(void *user, size_t i)
{
    job *const j = user;
    hear_plan *p = j->plan[i];
    if (i > 0)
        hear_weights_copy(j->graph[i], j->graph[0]);
    hear_plan_run(p);
    const hear_tensor *y = hear_plan_output(p, 0);
    float *grad = hear_plan_output_grad(p, 0);
    const hear_loss_config loss = { .kind = HEAR_LOSS_SOFTMAX };
    hear_loss(&loss, y->data, j->targets, (size_t)y->shape.dim[0], (size_t)y->shape.dim[1], grad);
    for (size_t k = 0; k < y->count; k++)
        grad[k] /= (float)j->n_threads;
    hear_plan_zero_grad(p);
    hear_plan_backward(p);
}

static void step(job *j, hear_pool *pool, hear_optim *optim)
{
    hear_pool_run(pool, learn, j, j->n_threads);
    for (size_t i = 1; i < j->n_threads; i++)
        for (size_t w = 0; w < hear_plan_n_weights(j->plan[0]); w++) {
            const hear_plan_weight *from = hear_plan_weight_at(j->plan[i], w);
            hear_plan_weight *to = hear_plan_weight_at(j->plan[0], w);
            for (size_t k = 0; k < to->value->count; k++)
                to->grad[k] += from->grad[k];
        }
    hear_optim_clip(j->plan[0], 5.0);
    hear_optim_step(optim, j->plan[0], 1e-4);
}

static bool make_plan(job *j, size_t i, size_t batch, bool training, hear_error *err)
{
    const hear_plan_config config = { .batch = batch, .training = training };
    if (hear_plan_create(&j->plan[i], j->graph[i], &config, err))
        return false;
    hear_rng rng;
    hear_rng_seed(&rng, i + 1);
    hear_tensor *x = hear_plan_input(j->plan[i], 0);
    for (size_t k = 0; k < x->count && x->dtype == HEAR_F32; k++)
        ((float *)x->data)[k] = (float)hear_rng_normal(&rng);
    hear_plan_set_training(j->plan[i], training, 1);
    return true;
}

static bool open_job(job *j, const char *path, size_t batch, bool training, hear_error *err)
{
    if (hear_onnx_read(&j->graph[0], path, err))
        return false;
    for (size_t i = 0; i < j->n_threads; i++) {
        if (i > 0 && hear_graph_copy(&j->graph[i], j->graph[0]))
            return false;
        if (!make_plan(j, i, batch / j->n_threads, training, err))
            return false;
    }
    const hear_tensor *y = hear_plan_output(j->plan[0], 0);
    const size_t n = (size_t)y->shape.dim[y->shape.rank - 1];
    for (size_t i = 0; i < y->count && i < MOST_TARGETS; i++)
        j->targets[i] = i % n == i / n % n;
    return !training || y->count <= MOST_TARGETS;
}

static double least_ms(job *j, hear_pool *pool, hear_optim *optim, double seconds)
{
    uint64_t least = UINT64_MAX;
    uint64_t (*const clock_ns)(void) = j->n_threads > 1 ? hear_now_ns : hear_cpu_ns;
    const uint64_t begin = hear_now_ns();
    do {
        const uint64_t start = clock_ns();
        if (optim)
            step(j, pool, optim);
        else
            hear_plan_run(j->plan[0]);
        const uint64_t took = clock_ns() - start;
        least = took < least ? took : least;
    } while ((double)(hear_now_ns() - begin) < seconds * 1e9);
    return (double)least / 1e6;
}

/* Each call of the plan in turn, as hear_plan_run has them. */
static void print_nodes(hear_plan *p, double seconds)
{
    uint64_t *least = calloc(p->n_steps + 1, sizeof *least);
    const uint64_t begin = hear_now_ns();
    while (least && (double)(hear_now_ns() - begin) < seconds * 1e9)
        for (size_t s = 0; s < p->n_steps; s++) {
            hear_call *c = &p->calls[p->steps[s]].call;
            const uint64_t start = hear_now_ns();
            if (c->view)
                plan_copy_forward(c);
            else
                c->op->forward(c);
            const uint64_t took = hear_now_ns() - start;
            least[s] = least[s] && least[s] < took ? least[s] : took;
        }
    for (size_t s = 0; least && s < p->n_steps; s++) {
        const hear_call *c = &p->calls[p->steps[s]].call;
        char shape[80];
        printf("%8.1f us %7.1f /ns  %-20s %-20s%s\n", (double)least[s] / 1e3,
               (double)c->macs / (double)least[s], c->op->name,
               hear_shape_text(&c->out[0]->shape, shape, sizeof shape),
               c->out[0]->channels_last ? " channels last" : "");
    }
    free(least);
}

int main(int argc, char **argv)
{
    if (argc < 4 || argc > 5) {
        fprintf(stderr, "usage: bench_net MODEL.onnx BATCH SECONDS [THREADS | nodes]\n");
        return 2;
    }
    static job j;
    hear_error err = { 0 };
    hear_pool *pool = NULL;
    hear_optim *optim = NULL;
    const size_t batch = strtoul(argv[2], NULL, 10);
    const bool nodes = argc > 4 && strcmp(argv[4], "nodes") == 0, training = argc > 4 && !nodes;
    j.n_threads = training ? strtoul(argv[4], NULL, 10) : 1;
    const hear_optim_config adam = { .kind = HEAR_OPTIM_ADAMW, .weight_decay = 0.01 };
    if (j.n_threads < 1 || j.n_threads > MOST_THREADS || batch < j.n_threads ||
        !open_job(&j, argv[1], batch, training, &err) ||
        (training &&
         (hear_pool_create(&pool, j.n_threads) || hear_optim_create(&optim, &adam, j.plan[0])))) {
        fprintf(stderr, "bench_net: %s: %s\n", argv[1], err.text);
        return 1;
    }
    if (nodes)
        print_nodes(j.plan[0], strtod(argv[3], NULL));
    else
        printf("%.4f\n", least_ms(&j, pool, optim, strtod(argv[3], NULL)));
    hear_pool_destroy(pool);
    hear_optim_destroy(optim);
    for (size_t i = 0; i < j.n_threads; i++) {
        hear_plan_destroy(j.plan[i]);
        hear_graph_destroy(j.graph[i]);
    }
    return 0;
}
