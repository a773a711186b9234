/* run_model.c - runs a model's network on raw numbers, for tools/parity.
 *
 * usage: run_model MODEL.onnx BATCH < float32 numbers of the first input > those of the outputs */
#include "config.h"

#include "base/error.h"
#include "nn/onnx.h"
#include "nn/plan.h"

#include <stdio.h>
#include <stdlib.h>

static int run(const char *path, size_t batch, hear_graph **graph, hear_plan **plan)
{
    hear_error err = { 0 };
    const hear_plan_config config = { .batch = batch };
    if (hear_onnx_read(graph, path, &err) || hear_plan_create(plan, *graph, &config, &err)) {
        fprintf(stderr, "run_model: %s: %s\n", path, err.text);
        return 1;
    }
    hear_tensor *x = hear_plan_input(*plan, 0);
    if (x->dtype != HEAR_F32 || fread(x->data, sizeof(float), x->count, stdin) != x->count ||
        getc(stdin) != EOF) {
        fprintf(stderr, "run_model: %s takes %zu float32 numbers\n", path, x->count);
        return 1;
    }
    hear_plan_run(*plan);
    for (size_t i = 0; i < hear_plan_n_outputs(*plan); i++) {
        const hear_tensor *y = hear_plan_output(*plan, i);
        if (y->dtype == HEAR_F32 && fwrite(y->data, sizeof(float), y->count, stdout) != y->count)
            return 1;
    }
    return fflush(stdout) != 0;
}

int main(int argc, char **argv)
{
    hear_graph *graph = NULL;
    hear_plan *plan = NULL;
    const size_t batch = argc == 3 ? (size_t)strtoul(argv[2], NULL, 10) : 0;
    if (batch < 1) {
        fprintf(stderr, "usage: run_model MODEL.onnx BATCH\n");
        return 2;
    }
    const int status = run(argv[1], batch, &graph, &plan);
    hear_plan_destroy(plan);
    hear_graph_destroy(graph);
    return status;
}
