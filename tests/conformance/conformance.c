/* conformance.c - ONNX's own operator tests (Debian: libonnx-testdata), for the operators that are
 * here: a model, inputs, expected outputs.
 *
 * $HEARSAY_ONNX_TESTS names another folder of test_*. Each case runs with its float32 inputs as
 * inputs of the plan (everything else is bound when planning), then with all inputs but the first
 * bound, then with all bound, so that packing and folding are tried too. A case passes where every
 * number is within 1e-7 + 1e-3 |expected|, ONNX's own bounds. Cases that do not pass must stand in
 * the table below with a reason, and those that stand there must not pass. */
#include "test.h"

#include "base/file.h"
#include "nn/onnx.h"
#include "nn/op.h"
#include "nn/plan.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define MOST_TENSORS 16
#define RELATIVE 1e-3
#define ABSOLUTE 1e-7

static const char *const reasons[] = {
    "training mode",
    "element type other than float32",
    "a sequence or optional, not a tensor",
};

static const struct {
    int reason;
    const char *name;
} left_out[] = {
    { 0, "test_batchnorm_epsilon_training_mode" },
    { 0, "test_batchnorm_example_training_mode" },
    { 0, "test_training_dropout" },
    { 0, "test_training_dropout_default" },
    { 0, "test_training_dropout_default_mask" },
    { 0, "test_training_dropout_mask" },
    { 0, "test_training_dropout_zero_ratio" },
    { 0, "test_training_dropout_zero_ratio_mask" },
    { 1, "test_add_uint8" },
    { 1, "test_div_uint8" },
    { 1, "test_mul_uint8" },
    { 1, "test_sub_uint8" },
    { 1, "test_clip_default_int8_inbounds" },
    { 1, "test_clip_default_int8_max" },
    { 1, "test_clip_default_int8_min" },
    { 1, "test_maxpool_2d_uint8" },
    { 1, "test_max_float64" },
    { 1, "test_max_int16" },
    { 1, "test_max_int8" },
    { 1, "test_max_uint16" },
    { 1, "test_max_uint32" },
    { 1, "test_max_uint64" },
    { 1, "test_max_uint8" },
    { 1, "test_min_float64" },
    { 1, "test_min_int16" },
    { 1, "test_min_int8" },
    { 1, "test_min_uint16" },
    { 1, "test_min_uint32" },
    { 1, "test_min_uint64" },
    { 1, "test_min_uint8" },
    { 1, "test_pow_types_float" },
    { 1, "test_pow_types_float32_uint32" },
    { 1, "test_pow_types_float32_uint64" },
    { 1, "test_pow_types_int32_float32" },
    { 1, "test_pow_types_int64_float32" },
    { 1, "test_cast_BFLOAT16_to_FLOAT" },
    { 1, "test_cast_FLOAT_to_BFLOAT16" },
    { 1, "test_cast_FLOAT_to_STRING" },
    { 1, "test_cast_STRING_to_FLOAT" },
    { 1, "test_castlike_BFLOAT16_to_FLOAT_expanded" },
    { 1, "test_castlike_FLOAT_to_BFLOAT16_expanded" },
    { 1, "test_castlike_FLOAT_to_STRING_expanded" },
    { 1, "test_castlike_STRING_to_FLOAT_expanded" },
    { 1, "test_castlike_BFLOAT16_to_FLOAT" },
    { 1, "test_castlike_FLOAT_to_BFLOAT16" },
    { 1, "test_castlike_FLOAT_to_STRING" },
    { 1, "test_castlike_STRING_to_FLOAT" },
    { 1, "test_mod_mixed_sign_float64" },
    { 1, "test_mod_mixed_sign_int16" },
    { 1, "test_mod_mixed_sign_int8" },
    { 1, "test_mod_uint16" },
    { 1, "test_mod_uint32" },
    { 1, "test_mod_uint64" },
    { 1, "test_mod_uint8" },
    { 1, "test_reduce_log_sum_exp_default_axes_keepdims_example" },
    { 1, "test_reduce_log_sum_exp_default_axes_keepdims_random" },
    { 1, "test_reduce_log_sum_exp_do_not_keepdims_example" },
    { 1, "test_reduce_log_sum_exp_do_not_keepdims_random" },
    { 1, "test_reduce_log_sum_exp_keepdims_example" },
    { 1, "test_reduce_log_sum_exp_keepdims_random" },
    { 1, "test_reduce_log_sum_exp_negative_axes_keepdims_example" },
    { 1, "test_reduce_log_sum_exp_negative_axes_keepdims_random" },
    { 2, "test_identity_opt" },
    { 2, "test_identity_sequence" },
};

typedef struct {
    hear_graph *graph;
    size_t n_in, n_out;
    hear_tensor *in[MOST_TENSORS], *want[MOST_TENSORS];
    char said[512]; /* why it did not pass */
} test_case;

static const char *folder(void)
{
    const char *given = getenv("HEARSAY_ONNX_TESTS");
    return given ? given : "/usr/share/libonnx-testdata/data/node";
}

static bool read_tensor(test_case *t, const char *dir, const char *kind, size_t i,
                        hear_tensor **out, bool *missing)
{
    char path[4096], *bytes = NULL;
    size_t n = 0;
    hear_error err = { 0 };
    struct stat st;
    snprintf(path, sizeof path, "%s/%s_%zu.pb", dir, kind, i);
    *missing = stat(path, &st) != 0;
    if (*missing)
        return true;
    bool ok = !hear_file_read(path, (size_t)64 << 20, &bytes, &n, &err) &&
              !hear_onnx_parse_tensor(out, bytes, n, &err);
    if (!ok)
        snprintf(t->said, sizeof t->said, "%s_%zu.pb: %s", kind, i, err.text);
    free(bytes);
    return ok;
}

static bool read_set(test_case *t, const char *dir)
{
    bool missing = false;
    for (t->n_in = 0; t->n_in < MOST_TENSORS; t->n_in++) {
        if (!read_tensor(t, dir, "input", t->n_in, &t->in[t->n_in], &missing))
            return false;
        if (missing)
            break;
    }
    for (t->n_out = 0; t->n_out < MOST_TENSORS; t->n_out++) {
        if (!read_tensor(t, dir, "output", t->n_out, &t->want[t->n_out], &missing))
            return false;
        if (missing)
            break;
    }
    if (t->n_in != t->graph->n_in || t->n_out != t->graph->n_out || t->n_out == 0) {
        snprintf(t->said, sizeof t->said, "%zu inputs and %zu outputs in files", t->n_in, t->n_out);
        return false;
    }
    return true;
}

static void free_set(test_case *t)
{
    for (size_t i = 0; i < MOST_TENSORS; i++) {
        hear_tensor_destroy(t->in[i]);
        hear_tensor_destroy(t->want[i]);
        t->in[i] = t->want[i] = NULL;
    }
}

static bool equal(test_case *t, size_t o, const hear_tensor *got)
{
    const hear_tensor *want = t->want[o];
    char a[64], b[64];
    if (got->dtype != want->dtype || !hear_shape_equal(&got->shape, &want->shape)) {
        snprintf(t->said, sizeof t->said, "output %zu is %s %s, expected %s %s", o,
                 hear_dtype_name(got->dtype), hear_shape_text(&got->shape, a, sizeof a),
                 hear_dtype_name(want->dtype), hear_shape_text(&want->shape, b, sizeof b));
        return false;
    }
    if (got->dtype != HEAR_F32) {
        const bool same =
            memcmp(got->data, want->data, got->count * hear_dtype_size(got->dtype)) == 0;
        if (!same)
            snprintf(t->said, sizeof t->said, "output %zu differs", o);
        return same;
    }
    for (size_t i = 0; i < got->count; i++) {
        const double x = (double)((const float *)got->data)[i];
        const double y = (double)((const float *)want->data)[i];
        if (x == y || (isnan(x) && isnan(y)) || fabs(x - y) <= ABSOLUTE + RELATIVE * fabs(y))
            continue;
        snprintf(t->said, sizeof t->said, "output %zu [%zu] is %.9g, expected %.9g", o, i, x, y);
        return false;
    }
    return true;
}

/* bind_from: inputs from that number on are bound, and every one that is not float32. */
static bool run_bound(test_case *t, size_t bind_from)
{
    const hear_tensor *bound[MOST_TENSORS] = { NULL };
    for (size_t i = 0; i < t->n_in; i++)
        if (i >= bind_from || t->in[i]->dtype != HEAR_F32)
            bound[i] = t->in[i];
    hear_plan *plan = NULL;
    hear_error err = { 0 };
    const hear_plan_config config = { .batch = 1, .inputs = bound };
    if (hear_plan_create(&plan, t->graph, &config, &err)) {
        snprintf(t->said, sizeof t->said, "%s", err.text);
        return false;
    }
    for (size_t i = 0; i < t->n_in; i++) {
        hear_tensor *x = hear_plan_input(plan, i);
        if (!bound[i] && x->count == t->in[i]->count && x->count > 0)
            memcpy(x->data, t->in[i]->data, x->count * sizeof(float));
    }
    test_forbid_heap();
    hear_plan_run(plan);
    test_allow_heap();
    bool ok = true;
    for (size_t o = 0; o < t->n_out && ok; o++)
        ok = equal(t, o, hear_plan_output(plan, o));
    hear_plan_destroy(plan);
    return ok;
}

/* Some numbers must be known when planning: a resampling factor, a ratio, a range's ends. */
static bool must_bind(const test_case *t)
{
    return strstr(t->said, "must be known when planning") ||
           strstr(t->said, "must be one constant");
}

static bool run_set(test_case *t, const char *dir)
{
    const bool ok = read_set(t, dir) && (run_bound(t, MOST_TENSORS) || must_bind(t)) &&
                    (run_bound(t, 1) || must_bind(t)) && run_bound(t, 0);
    free_set(t);
    return ok;
}

static bool run_case(const char *dir, test_case *t)
{
    for (size_t set = 0;; set++) {
        char path[3000];
        struct stat st;
        snprintf(path, sizeof path, "%s/test_data_set_%zu", dir, set);
        if (stat(path, &st) != 0)
            return set > 0;
        if (!run_set(t, path))
            return false;
    }
}

static bool is_ours(const hear_graph *g)
{
    for (size_t i = 0; i < g->n_nodes; i++)
        if (!hear_op_find(g->nodes[i].domain, g->nodes[i].op_type))
            return false;
    return g->n_nodes > 0;
}

static int find_left_out(const char *name)
{
    for (size_t i = 0; i < sizeof left_out / sizeof left_out[0]; i++)
        if (strcmp(left_out[i].name, name) == 0)
            return left_out[i].reason;
    return -1;
}

static int is_test(const struct dirent *d)
{
    return strncmp(d->d_name, "test_", 5) == 0;
}

static size_t n_failed, n_passed, n_left, n_others;

static void one_case(const char *name)
{
    char dir[2048], path[2100];
    test_case t = { 0 };
    hear_error err = { 0 };
    const int reason = find_left_out(name);
    snprintf(dir, sizeof dir, "%s/%s", folder(), name);
    snprintf(path, sizeof path, "%s/model.onnx", dir);
    const hear_status s = hear_onnx_read(&t.graph, path, &err);
    if (s && reason < 0) {
        if (strstr(err.text, "subgraph")) { /* control flow: no operator here holds a graph */
            n_others++;
            return;
        }
        printf("FAILED %s: %s\n", name, err.text);
        n_failed++;
        return;
    }
    if (!s && !is_ours(t.graph)) {
        n_others++;
        if (reason >= 0) {
            printf("FAILED %s: is left out, but its operators are not here\n", name);
            n_failed++;
        }
        hear_graph_destroy(t.graph);
        return;
    }
    const bool ok = !s && run_case(dir, &t);
    if (ok && reason >= 0) {
        printf("FAILED %s: is left out (%s), but passes\n", name, reasons[reason]);
        n_failed++;
    } else if (ok) {
        n_passed++;
    } else if (reason >= 0) {
        printf("left out %s: %s\n", name, reasons[reason]);
        n_left++;
    } else {
        printf("FAILED %s: %s\n", name, t.said);
        n_failed++;
    }
    hear_graph_destroy(t.graph);
}

int main(void)
{
    struct dirent **names;
    const int n = scandir(folder(), &names, is_test, alphasort);
    if (n <= 0) {
        printf("no ONNX tests in %s (Debian: libonnx-testdata)\n", folder());
        return 77;
    }
    for (int i = 0; i < n; i++) {
        one_case(names[i]->d_name);
        free(names[i]);
    }
    free(names);
    printf("%zu cases passed, %zu failed, %zu left out, %zu of operators that are not here\n",
           n_passed, n_failed, n_left, n_others);
    return n_failed > 0 || n_passed == 0;
}
