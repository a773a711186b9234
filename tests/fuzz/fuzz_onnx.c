/* fuzz_onnx.c - bytes as a model file: parsed, checked as a model, copied, written and read back.
 */
#include "config.h"

#include "fuzz.h"

#include "base/error.h"
#include "nn/onnx.h"
#include "nn/plan.h"
#include "stream/model_info.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void check(int holds, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "fuzz_onnx: %s\n", what);
    abort();
}

/* One line for people: not empty, no control characters. */
static void check_line(hear_status status, const hear_error *err)
{
    check(status == HEAR_ERR_MODEL || status == HEAR_ERR_MEM, "a status that no bytes may give");
    check(err->status == status, "the error tells another status");
    for (const char *c = hear_error_text(err); *c; c++)
        check((unsigned char)*c >= 0x20 && *c != 0x7f, "a control character in the message");
}

static void plan(hear_graph *graph, bool training)
{
    const hear_plan_config config = { .batch = 2, .training = training, .max_bytes = 64 << 20 };
    hear_error err = { .text = "" };
    hear_plan *p;
    const hear_status status = hear_plan_create(&p, graph, &config, &err);
    if (status != HEAR_OK) {
        check_line(status, &err);
        return;
    }
    if (hear_plan_macs(p) < 10000000) { /* more only takes time */
        hear_plan_run(p);
        if (training)
            hear_plan_backward(p);
    }
    hear_plan_destroy(p);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    hear_error err = { .text = "" };
    hear_tensor *tensor;
    if (hear_onnx_parse_tensor(&tensor, data, size, &err) == HEAR_OK)
        hear_tensor_destroy(tensor);

    hear_graph *graph, *copy;
    hear_status status = hear_onnx_parse(&graph, data, size, &err);
    if (status != HEAR_OK) {
        check_line(status, &err);
        return 0;
    }
    check(hear_onnx_write(graph, "/dev/null", &err) == HEAR_OK, "what was read cannot be written");
    plan(graph, false);
    if (hear_graph_copy(&copy, graph) == HEAR_OK) {
        plan(copy, true);
        hear_graph_destroy(copy);
    }

    hear_model *model;
    status = hear_model_from_graph(&model, graph, &err);
    if (status != HEAR_OK) {
        check_line(status, &err);
        return 0;
    }
    hear_model_close(model);
    return 0;
}
