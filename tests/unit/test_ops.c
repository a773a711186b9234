/* test_ops.c - what the operators do with what stands in a node: versions, attributes, shapes. */
#include "one_node.h"

#include "nn/op.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Runs and compares: `want` is "2x2{1,2,3,4}". */
static void expect(const char *op, const char *text, const char *want)
{
    hear_tensor *y = one_node_run(op, text);
    char *at = (char *)(uintptr_t)want;
    size_t rank = 0;
    while (*at >= '0' && *at <= '9') {
        assert_true(rank < y->shape.rank);
        assert_int_equal(y->shape.dim[rank++], strtol(at, &at, 10));
        at += *at == 'x';
    }
    assert_int_equal(rank, y->shape.rank);
    for (size_t i = 0; i < y->count; i++) {
        const double v = strtod(at + 1, &at), got = (double)((const float *)y->data)[i];
        if (!(fabs(got - v) <= 1e-6 * (1.0 + fabs(v))))
            fail_msg("%s \"%s\": number %zu is %.9g, expected %g", op, text, i, got, v);
    }
    hear_tensor_destroy(y);
}

static void refuse(const char *op, const char *text, const char *part)
{
    const char *said = one_node_error(op, text);
    if (!strstr(said, part) || !said[0])
        fail_msg("%s \"%s\": said \"%s\", expected \"%s\"", op, text, said, part);
}

static void test_every_operator_states_itself(void **state)
{
    (void)state;
    for (size_t i = 0; i < hear_op_count(); i++) {
        const hear_op *op = hear_op_at(i);
        assert_ptr_equal(hear_op_find(op->domain, op->name), op);
        assert_true(op->min_opset >= 1 && op->min_opset <= op->max_opset);
        assert_true(op->min_in <= op->max_in && op->max_out >= 1 && op->infer != NULL);
        if (i > 0)
            assert_true(strcmp(hear_op_at(i - 1)->name, op->name) < 0); /* sorted: found at sight */
    }
    assert_null(hear_op_find("", "NoSuchOperator"));
    assert_null(hear_op_find("com.example", "Relu"));
}

static void test_errors_name_operator_node_and_opset(void **state)
{
    (void)state;
    assert_string_equal(one_node_error("Relu", "x=3 opset=22"),
                        "Relu \"node\": opset 22 is not supported (6 to 21)");
    assert_string_equal(one_node_error("Nonsense", "x=3"),
                        "Nonsense \"node\" (opset 17): no such operator here");
    assert_string_equal(one_node_error("Relu", "x=3 sharpness=2"),
                        "Relu \"node\" (opset 17): attribute \"sharpness\" is not known");
    assert_string_equal(one_node_error("Relu", "x=3 x=3"),
                        "Relu \"node\" (opset 17): has 2 inputs");
    assert_string_equal(one_node_error("Add", "x=3 -"),
                        "Add \"node\" (opset 17): input 1 is left out");
    assert_string_equal(one_node_error("Add", "x=3 x=2x4"),
                        "Add \"node\" (opset 17): shapes [3] and [2, 4] do not fit");
}

static void test_softmax_changed_with_opset_13(void **state)
{
    (void)state;
    /* e^0 = 1, e^(ln 3) = 3 */
    const char *x = "x=1x2x2{0,1.0986122887,0,1.0986122887}";
    char text[128];
    snprintf(text, sizeof text, "%s", x);
    expect("Softmax", text, "1x2x2{0.25,0.75,0.25,0.75}");
    snprintf(text, sizeof text, "%s opset=12", x);
    expect("Softmax", text, "1x2x2{0.125,0.375,0.125,0.375}");
    snprintf(text, sizeof text, "%s axis=2 opset=12", x);
    expect("Softmax", text, "1x2x2{0.25,0.75,0.25,0.75}");
    snprintf(text, sizeof text, "%s axis=1", x);
    expect("Softmax", text, "1x2x2{0.5,0.5,0.5,0.5}");
}

static void test_gemm_and_matmul(void **state)
{
    (void)state;
    expect("Gemm", "x=1x2{1,2} x=2x3{1,2,3,4,5,6} x=3{10,20,30}", "1x3{19,32,45}");
    expect("Gemm", "x=1x2{1,2} x=2x3{1,2,3,4,5,6} x=3{10,20,30} alpha=2 beta=0.5", "1x3{23,34,45}");
    expect("Gemm", "x=2x1{1,2} x=3x2{1,4,2,5,3,6} transA=1 transB=1", "1x3{9,12,15}");
    expect("Gemm", "x=2x1{1,2} x=1x2{1,4} x=2x1{100,200}", "2x2{101,104,202,208}");
    expect("MatMul", "x=2{1,2} x=2x2{1,2,3,4}", "2{7,10}");
    expect("MatMul", "x=2x2{1,2,3,4} x=2{1,10}", "2{21,43}");
    expect("MatMul", "x=2{1,2} x=2{3,4}", "{11}");
    expect("MatMul", "x=2x1x2{1,2,3,4} x=2x2x1{1,10,100,1000}", "2x1x1{21,4300}");
    refuse("Gemm", "x=2x3 x=2x3", "A [2, 3] and B [2, 3] do not fit");
    refuse("Gemm", "x=2x3 x=3x4 x=5", "C does not fit");
    refuse("MatMul", "x=2x3 x=2x3", "shapes [2, 3] and [2, 3] do not fit");
}

static void test_broadcasting_goes_both_ways(void **state)
{
    (void)state;
    expect("Add", "x=2x1{1,2} x=1x3{10,20,30}", "2x3{11,21,31,12,22,32}");
    expect("Sub", "x={1} x=3{10,20,30}", "3{-9,-19,-29}");
    expect("Div", "x=2x2{1,2,3,4} x={2}", "2x2{0.5,1,1.5,2}");
    expect("Mul", "x=3{1,2,3} x=2x3{1,1,1,2,2,2}", "2x3{1,2,3,2,4,6}");
    expect("Pow", "x=3{1,2,3} x=1{2}", "3{1,4,9}");
    expect("Max", "x=2{1,5} x={3} x=2x1{0,4}", "2x2{3,5,4,5}");
    expect("Min", "x=3{3,1,2}", "3{3,1,2}");
}

static void test_reshaping(void **state)
{
    (void)state;
    expect("Reshape", "x=2x3{1,2,3,4,5,6} i=3,-1", "3x2{1,2,3,4,5,6}");
    expect("Reshape", "x=2x3{1,2,3,4,5,6} i=0,1,3", "2x1x3{1,2,3,4,5,6}");
    expect("Flatten", "x=1x2x3{1,2,3,4,5,6} axis=2", "2x3{1,2,3,4,5,6}");
    expect("Flatten", "x=2x3{1,2,3,4,5,6} axis=0", "1x6{1,2,3,4,5,6}");
    expect("Squeeze", "x=1x2x1{1,2}", "2{1,2}");
    expect("Squeeze", "x=1x2x1{1,2} axes=-1 opset=11", "1x2{1,2}");
    expect("Unsqueeze", "x=2{1,2} i=0,-1", "1x2x1{1,2}");
    refuse("Reshape", "x=2x3 i=4,-1", "does not divide the 6 elements");
    refuse("Reshape", "x=2x3 i=-1,-1", "second unknown");
    refuse("Reshape", "x=2x3 i=2,2", "[2, 2] does not hold the 6 elements");
    refuse("Reshape", "x=2x3 i=2,3,0", "keeps dimension 2");
    refuse("Reshape", "x=2x3 i=4611686018427387904,4", "does not hold");
    refuse("Reshape", "x=2x3 i=0,3 allowzero=1", "does not hold");
    refuse("Reshape", "x=2x3 x=2", "input 1 must be int64");
    refuse("Squeeze", "x=2x3 i=1", "dimension 1 is not 1");
    refuse("Squeeze", "x=1x1 i=0,0", "given twice");
    refuse("Unsqueeze", "x=2x1x1x1x1x1x1x1 i=0", "more than 8 dimensions");
    refuse("Flatten", "x=2x3 axis=3", "axis 3 is out of range");
}

static void test_reductions(void **state)
{
    (void)state;
    const char *x = "x=2x3{1,2,6,3,4,8}";
    char text[128];
#define WITH(rest) (snprintf(text, sizeof text, "%s " rest, x), text)
    expect("ReduceMean", WITH(""), "1x1{4}");
    expect("ReduceMean", WITH("axes=1 keepdims=0"), "2{3,5}");
    expect("ReduceMean", WITH("i=1 opset=18"), "2x1{3,5}");
    expect("ReduceSum", WITH("i=0 keepdims=0"), "3{4,6,14}");
    expect("ReduceSum", WITH("- noop_with_empty_axes=1"), "2x3{1,2,6,3,4,8}");
    expect("ReduceMax", WITH("axes=-1 keepdims=0"), "2{6,8}");
    expect("ReduceMin", WITH("axes=0 keepdims=0"), "3{1,2,6}");
    refuse("ReduceMean", WITH("axes=2"), "axis 2 is out of range");
    refuse("ReduceMean", WITH("axes=1,-1"), "given twice");
#undef WITH
}

static void test_concat_and_slice(void **state)
{
    (void)state;
    expect("Concat", "x=2x1{1,2} x=2x2{3,4,5,6} axis=1", "2x3{1,3,4,2,5,6}");
    expect("Concat", "x=1{1} x=2{2,3} axis=-1", "3{1,2,3}");
    refuse("Concat", "x=2x1 x=3x2 axis=1", "input 1 does not fit");
    refuse("Concat", "x=2 x=2", "axis is missing");
    expect("Slice", "x=5{0,1,2,3,4} i=1 i=4", "3{1,2,3}");
    expect("Slice", "x=5{0,1,2,3,4} i=-1 i=-100 i=0 i=-2", "3{4,2,0}");
    expect("Slice", "x=5{0,1,2,3,4} i=3 i=100 i=0", "2{3,4}");
    expect("Slice", "x=2x3{0,1,2,3,4,5} i=1,0 i=2,3 i=0,1 i=1,2", "1x2{3,5}");
    expect("Slice", "x=2x3{0,1,2,3,4,5} starts=1 ends=3 axes=1 opset=9", "2x2{1,2,4,5}");
    expect("Slice", "x=5{0,1,2,3,4} i=4 i=2", "0{}");
    refuse("Slice", "x=5 i=0 i=1 i=0 i=0", "a step is 0");
    refuse("Slice", "x=5 i=0 i=1 i=1", "axis 1 is out of range");
    refuse("Slice", "x=5 i=0,1 i=1", "differ in number");
}

static void test_activations(void **state)
{
    (void)state;
    expect("Relu", "x=3{-1,0,2}", "3{0,0,2}");
    expect("LeakyRelu", "x=3{-1,0,2}", "3{-0.01,0,2}");
    expect("LeakyRelu", "x=3{-1,0,2} alpha=0.5", "3{-0.5,0,2}");
    expect("Sigmoid", "x=3{-200,0,1.0986122887}", "3{0,0.5,0.75}");
    expect("Tanh", "x=2{0,0.54930614433}", "2{0,0.5}");
    expect("Sqrt", "x=2{4,9}", "2{2,3}");
    hear_tensor *y = one_node_run("Relu", "x=3{nan,-inf,inf}");
    const float *v = y->data;
    assert_true(isnan(v[0]) && v[1] == 0.0f && isinf(v[2]));
    hear_tensor_destroy(y);
}

static void test_batch_normalization(void **state)
{
    (void)state;
    /* (x - mean) / sqrt(4) * scale + bias */
    expect("BatchNormalization", "x=1x2x2{1,3,5,7} x=2{2,1} x=2{0,10} x=2{1,5} x=2{4,4} epsilon=0",
           "1x2x2{0,2,10,11}");
    refuse("BatchNormalization", "x=1x2x2 x=2 x=2 x=3 x=2", "one number a channel");
    refuse("BatchNormalization", "x=1x2 x=2 x=2 x=2 x=2 training_mode=1", "for training only");
    refuse("BatchNormalization", "x=1x2 x=2 x=2 x=2 x=2 spatial=0 opset=7", "spatial");
}

static void test_dropout_is_free_in_inference(void **state)
{
    (void)state;
    expect("Dropout", "x=3{1,2,3}", "3{1,2,3}");
    expect("Dropout", "x=3{1,2,3} outs=2", "3{1,2,3}");
    refuse("Dropout", "x=3 ratio=1 opset=10", "ratio");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_operator_states_itself),
        cmocka_unit_test(test_errors_name_operator_node_and_opset),
        cmocka_unit_test(test_softmax_changed_with_opset_13),
        cmocka_unit_test(test_gemm_and_matmul),
        cmocka_unit_test(test_broadcasting_goes_both_ways),
        cmocka_unit_test(test_reshaping),
        cmocka_unit_test(test_reductions),
        cmocka_unit_test(test_concat_and_slice),
        cmocka_unit_test(test_activations),
        cmocka_unit_test(test_batch_normalization),
        cmocka_unit_test(test_dropout_is_free_in_inference),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
