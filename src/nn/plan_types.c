/* plan_types.c - types of a graph's outputs, as two plans find them. See plan.h. */
#include "config.h"

#include "nn/plan.h"

static void type_output(hear_value *v, const hear_tensor *one, const hear_tensor *two)
{
    if (v->has_type || one->dtype != two->dtype || one->shape.rank != two->shape.rank)
        return;
    v->has_type = true;
    v->dtype = one->dtype;
    v->shape = one->shape;
    for (size_t i = 0; i < one->shape.rank; i++)
        if (one->shape.dim[i] != two->shape.dim[i])
            v->shape.dim[i] = -1;
}

hear_status hear_graph_type_outputs(hear_graph *graph)
{
    size_t untyped = 0;
    for (size_t i = 0; i < graph->n_out; i++)
        untyped += !graph->values[graph->out[i]].has_type;
    if (untyped == 0)
        return HEAR_OK;
    hear_plan *plans[2] = { NULL, NULL };
    hear_status status = HEAR_OK;
    for (size_t i = 0; status == HEAR_OK && i < 2; i++)
        status = hear_plan_create(&plans[i], graph, &(hear_plan_config){ .batch = i + 1 }, NULL);
    for (size_t i = 0; status == HEAR_OK && i < graph->n_out; i++)
        type_output(&graph->values[graph->out[i]], hear_plan_output(plans[0], i),
                    hear_plan_output(plans[1], i));
    hear_plan_destroy(plans[0]);
    hear_plan_destroy(plans[1]);
    return status == HEAR_ERR_MEM ? status : HEAR_OK;
}
