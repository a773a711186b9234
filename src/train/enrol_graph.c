/* enrol_graph.c - a head's graph, see enrol_fit.h: the embedding to unit length, projected as the
 * background's rows are, then the log odds, of which unknown's are 0. */
#include "config.h"

#include "train/enrol_fit.h"

#include "base/mem.h"
#include "train/net.h"

#include <stdio.h>
#include <string.h>

static size_t add_init(hear_net *n, const char *name, hear_dtype dtype, size_t rank,
                       const int64_t *dims, const void *data)
{
    size_t v = HEAR_NO_VALUE;
    hear_tensor t = {
        .dtype = dtype, .shape = { .rank = rank }, .count = 1, .data = (void *)(uintptr_t)data
    };
    for (size_t i = 0; i < rank; i++) {
        t.shape.dim[i] = dims[i];
        t.count *= (size_t)dims[i];
    }
    if (n->status == HEAR_OK)
        n->status = hear_graph_add_init(n->graph, name, &t, &v);
    return v;
}

/* The examples, for the next time. */
static void put_examples(hear_net *n, const hear_enrolment *e)
{
    size_t n_rows = 0, at = 0;
    for (size_t l = 0; l < e->n_labels; l++)
        n_rows += e->labels[l].n_rows;
    const int64_t rows = (int64_t)n_rows, dims = (int64_t)e->n_dims;
    int8_t *const x = hear_alloc(n_rows, e->n_dims);
    float *const scale = hear_alloc(n_rows, sizeof *scale);
    int32_t *const of = hear_alloc(n_rows, 2 * sizeof *of);
    if (!x || !scale || !of)
        n->status = HEAR_ERR_MEM;
    for (size_t l = 0; n->status == HEAR_OK && l < e->n_labels; l++)
        for (size_t r = 0; r < e->labels[l].n_rows; r++, at++) {
            const hear_enrolled_row *const row = &e->labels[l].rows[r];
            memcpy(x + at * e->n_dims, row->x, e->n_dims);
            scale[at] = row->scale;
            of[2 * at] = (int32_t)l;
            of[2 * at + 1] = (int32_t)row->example;
        }
    add_init(n, "enrolled.rows", HEAR_I8, 2, (int64_t[]){ rows, dims }, x);
    add_init(n, "enrolled.scale", HEAR_F32, 1, &rows, scale);
    add_init(n, "enrolled.of", HEAR_I32, 2, (int64_t[]){ rows, 2 }, of);
    hear_free(x);
    hear_free(scale);
    hear_free(of);
}

static size_t to_unit(hear_net *n, const char *name, size_t x, float least)
{
    static const char *const parts[] = { "norm", "least", "length" };
    char text[3][32];
    for (int i = 0; i < 3; i++)
        snprintf(text[i], sizeof text[i], "%s.%s", name, parts[i]);
    const size_t norm = hear_net_reduce(n, "ReduceL2", text[0], x, 1, true);
    const size_t floor = hear_net_fixed(n, text[1], 1, &least);
    return hear_net_node2(n, "Div", name, x, hear_net_node2(n, "Max", text[2], norm, floor));
}

/* The embedding as a row of the background. */
static size_t project(hear_net *n, const hear_background *b, size_t embedding)
{
    const int64_t n_in = (int64_t)b->n_in, n_dims = (int64_t)b->n_dims;
    float *const offset = hear_alloc(b->n_dims, sizeof *offset);
    if (!offset) {
        n->status = HEAR_ERR_MEM;
        return 0;
    }
    for (size_t i = 0; i < b->n_in; i++)
        for (size_t d = 0; d < b->n_dims; d++)
            offset[d] -= b->mean[i] * b->basis[i * b->n_dims + d];
    const size_t unit = to_unit(n, "unit", embedding, 1e-12f);
    const size_t packed = add_init(n, "basis", HEAR_I8, 2, (int64_t[]){ n_in, n_dims }, b->packed);
    const size_t scale = add_init(n, "basis.scale", HEAR_F32, 1, &n_dims, b->scale);
    const size_t basis = hear_net_node2(n, "DequantizeLinear", "directions", packed, scale);
    hear_net_set_int(n, "axis", 1);
    const size_t in[] = { unit, basis, add_init(n, "offset", HEAR_F32, 1, &n_dims, offset) };
    const size_t row = hear_net_nodes(n, "Gemm", "row", 3, in);
    hear_free(offset);
    return row;
}

static size_t put_odds(hear_net *n, const hear_enrol_fit *f, size_t row)
{
    const size_t n_out = f->n_labels + 1, n_dims = f->n_dims; /* unknown's are all 0 */
    float *const w = hear_alloc(n_dims * n_out, sizeof *w), *const b = hear_alloc(n_out, sizeof *b);
    float *const towards = hear_alloc(n_dims * n_out, sizeof *towards);
    const int64_t dims[] = { (int64_t)n_dims, (int64_t)n_out };
    size_t sum = 0;
    if (!w || !b || !towards)
        n->status = HEAR_ERR_MEM;
    for (size_t k = 0; n->status == HEAR_OK && k < f->n_labels; k++) {
        for (size_t d = 0; d < n_dims; d++) {
            w[d * n_out + k] = (float)f->weight[k * (n_dims + 1) + d];
            towards[d * n_out + k] = (float)f->towards[k * n_dims + d];
        }
        b[k] = (float)f->weight[k * (n_dims + 1) + n_dims];
    }
    if (n->status == HEAR_OK) {
        const size_t in[] = { row, add_init(n, "weight", HEAR_F32, 2, dims, w),
                              add_init(n, "bias", HEAR_F32, 1, &dims[1], b) };
        const size_t linear = hear_net_nodes(n, "Gemm", "linear", 3, in);
        const size_t way = to_unit(n, "way", row, (float)HEAR_ENROL_LEAST_LENGTH);
        const size_t close = hear_net_node2(n, "MatMul", "close", way,
                                            add_init(n, "towards", HEAR_F32, 2, dims, towards));
        sum = hear_net_node2(n, "Add", "odds", linear, close);
    }
    hear_free(w);
    hear_free(b);
    hear_free(towards);
    return sum;
}

static hear_status put_info(hear_graph *g, const hear_enrolment *e, const hear_background *b,
                            const hear_model_info *info)
{
    char *labels[HEAR_ENROL_MOST + 1];
    char card[] = "Sounds enrolled from a few examples each (hearsay enrol), and unknown.\n";
    hear_model_info own = *info;
    for (size_t l = 0; l < e->n_labels; l++)
        labels[l] = e->labels[l].name;
    labels[e->n_labels] = (char *)(uintptr_t)HEAR_UNKNOWN;
    own.n_labels = e->n_labels + 1;
    own.labels = labels;
    own.output = HEAR_OUTPUT_SOFTMAX;
    own.card = card;
    own.window = b->window;
    own.hop = own.patch ? own.patch_hop : own.window;
    own.pool = HEAR_POOL_MEAN;
    own.weight = NULL; /* of one patch */
    return hear_model_info_store(&own, g);
}

hear_status hear_enrol_graph(hear_graph **out, const hear_enrol_fit *f, const hear_enrolment *e,
                             const hear_background *b, const hear_model_info *info)
{
    hear_net n = { .status = hear_graph_create(out, HEAR_NET_OPSET) };
    n.graph = *out;
    const hear_shape shape = { .rank = 2, .dim = { -1, (int64_t)b->n_in } };
    size_t x = 0;
    if (n.status == HEAR_OK)
        n.status = hear_graph_add_input(n.graph, info->embedding, HEAR_F32, &shape, &x);
    hear_net_output(&n, hear_net_node(&n, "Softmax", "probs", put_odds(&n, f, project(&n, b, x))));
    hear_net_set_int(&n, "axis", 1);
    if (n.status == HEAR_OK)
        put_examples(&n, e);
    if (n.status == HEAR_OK)
        n.status = hear_graph_set_prop(n.graph, "hearsay.background_sha256", b->sha256);
    return n.status == HEAR_OK ? put_info(n.graph, e, b, info) : n.status;
}
