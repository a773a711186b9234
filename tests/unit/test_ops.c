/* test_ops.c - what the operators do with what stands in a node: versions, attributes, shapes. */
#include "one_node.h"

#include "nn/op.h"
#include "nn/plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

static void test_whole_numbers_are_multiplied_less_their_zero_points(void **state)
{
    (void)state;
    /* [1 2; 3 4] less 1 times [1; -1] */
    one_node_expect("MatMulInteger", "u=2x2{1,2,3,4} s=2x1{1,-1} u=1", "2x1{-1,-1}");
    /* a zero point a row and a column: [0 1; 1 2] times [0 2; -1 1] */
    one_node_expect("MatMulInteger", "u=2x2{1,2,3,4} s=2x2{1,-1,0,-2} u=1,2 s=1,-3",
                    "2x2{-1,1,-2,4}");
    one_node_expect("MatMulInteger", "u=200,255 u=2x1{255,255}", "1{116025}");
    one_node_expect("MatMulInteger", "u=2x1x2{1,2,3,4} s=2x2x1{1,-1,2,-2}", "2x1x1{-1,-2}");
    /* (1 2) times (3 4), at 0.5 and 0.5 over 0.25, and 10: 11 + 10; then -13 held at -128 */
    one_node_expect("QLinearMatMul",
                    "u=1x2{1,2} c=1{0.5} u=0 s=2x1{3,4} c=1{0.5} s=0 c=1{0.25} u=10", "1x1{21}");
    one_node_expect("QLinearMatMul", "u=1x2{1,2} c=1{4} u=0 s=2x1{-3,-5} c=1{5} s=0 c=1{1} s=4",
                    "1x1{-128}");
    /* halves go to the even number: 1 / 2 and 3 / 2 */
    one_node_expect("QLinearMatMul", "u=2x1{1,3} c=1{1} u=0 u=1x1{1} c=1{1} u=0 c=1{2} u=0",
                    "2x1{0,2}");
    /* padding is the zero point: 0 (1-2) (2-2) (3-2) 0 under (1 3) less 1 */
    one_node_expect("ConvInteger", "u=1x1x3{1,2,3} u=1x1x2{1,3} u=2 u=1 pads=1,1",
                    "1x1x4{-2,0,2,0}");
    /* two groups, a zero point each, every second place */
    one_node_expect("ConvInteger",
                    "u=1x2x4{1,2,3,4,5,6,7,8} s=2x1x2{1,1,2,2} u=0 s=0,1 group=2 "
                    "strides=2",
                    "1x2x2{3,7,11,15}");
    one_node_expect("ConvInteger", "u=1x1x2x2{1,2,3,4} s=1x1x2x2{1,-1,2,-2}", "1x1x1x1{-3}");
    /* a bias, and a scale for each channel: (1 2 3) times 2 and 4, plus 1 and -1: 1.5, 3.5, 5.5 are
     * rounded too */
    one_node_expect("QLinearConv",
                    "u=1x1x3{1,2,3} c=1{1} u=0 u=2x1x1{2,4} c=2{1,0.5} u=0 c=1{1} u=5 n=1,-1",
                    "1x2x3{8,10,12,7,9,11}");
    one_node_refuse("MatMulInteger", "x=2x2 u=2x1{1,2}", "element type float32");
    one_node_refuse("MatMulInteger", "u=2x2{1,2,3,4} u=3x1{1,2,3}", "do not fit");
    one_node_refuse("MatMulInteger", "u=2x2{1,2,3,4} u=2x1{1,2} s=1", "the zero point is int8");
    one_node_refuse("MatMulInteger", "u=2x2{1,2,3,4} u=2x1{1,2} u=1,2,3", "3 numbers: 1 or 2");
    one_node_refuse("ConvInteger", "u=1x2x3{1,2,3,4,5,6} u=1x1x2{1,3}", "group does not fit");
    one_node_refuse("QLinearConv", "u=1x1x3{1,2,3} c=3{1,1,1} u=0 u=1x1x1{2} c=1{1} u=0 c=1{1} u=5",
                    "a scale of 3 numbers");
    one_node_refuse("QLinearConv",
                    "u=1x1x3{1,2,3} c=1{1} u=0 u=1x1x1{2} c=1{1} u=0 c=1{1} u=5 n=1,2", "bias");
}

static void test_errors_name_operator_node_and_opset(void **state)
{
    (void)state;
    assert_string_equal(one_node_error("Relu", "x=3 opset=29"),
                        "Relu \"node\": opset 29 is not supported (6 to 28)");
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
    one_node_expect("Softmax", text, "1x2x2{0.25,0.75,0.25,0.75}");
    snprintf(text, sizeof text, "%s opset=12", x);
    one_node_expect("Softmax", text, "1x2x2{0.125,0.375,0.125,0.375}");
    snprintf(text, sizeof text, "%s axis=2 opset=12", x);
    one_node_expect("Softmax", text, "1x2x2{0.25,0.75,0.25,0.75}");
    snprintf(text, sizeof text, "%s axis=1", x);
    one_node_expect("Softmax", text, "1x2x2{0.5,0.5,0.5,0.5}");
}

static void test_gemm_and_matmul(void **state)
{
    (void)state;
    one_node_expect("Gemm", "x=1x2{1,2} x=2x3{1,2,3,4,5,6} x=3{10,20,30}", "1x3{19,32,45}");
    one_node_expect("Gemm", "x=1x2{1,2} x=2x3{1,2,3,4,5,6} x=3{10,20,30} alpha=2 beta=0.5",
                    "1x3{23,34,45}");
    one_node_expect("Gemm", "x=2x1{1,2} x=3x2{1,4,2,5,3,6} transA=1 transB=1", "1x3{9,12,15}");
    one_node_expect("Gemm", "x=2x1{1,2} x=1x2{1,4} x=2x1{100,200}", "2x2{101,104,202,208}");
    one_node_expect("MatMul", "x=2{1,2} x=2x2{1,2,3,4}", "2{7,10}");
    one_node_expect("MatMul", "x=2x2{1,2,3,4} x=2{1,10}", "2{21,43}");
    one_node_expect("MatMul", "x=2{1,2} x=2{3,4}", "{11}");
    one_node_expect("MatMul", "x=2x1x2{1,2,3,4} x=2x2x1{1,10,100,1000}", "2x1x1{21,4300}");
    one_node_expect("MatMul", "x=2{1,2} c=2x2{1,2,3,4}", "2{7,10}");
    one_node_expect("MatMul", "x=2x2{1,2,3,4} c=2{1,10}", "2{21,43}");
    one_node_expect("MatMul", "x=2x1x2{1,2,3,4} c=1x2x2{1,10,100,1000}",
                    "2x1x2{201,2010,403,4030}");
    one_node_expect("MatMul", "x=1x2{1,2} c=2x2x2{1,2,3,4,5,6,7,8}", "2x1x2{7,10,19,22}");
    one_node_refuse("Gemm", "x=2x3 x=2x3", "A [2, 3] and B [2, 3] do not fit");
    one_node_refuse("Gemm", "x=2x3 x=3x4 x=5", "C does not fit");
    one_node_refuse("MatMul", "x=2x3 x=2x3", "shapes [2, 3] and [2, 3] do not fit");
}

static void test_broadcasting_goes_both_ways(void **state)
{
    (void)state;
    one_node_expect("Add", "x=2x1{1,2} x=1x3{10,20,30}", "2x3{11,21,31,12,22,32}");
    one_node_expect("Sub", "x={1} x=3{10,20,30}", "3{-9,-19,-29}");
    one_node_expect("Div", "x=2x2{1,2,3,4} x={2}", "2x2{0.5,1,1.5,2}");
    one_node_expect("Mul", "x=3{1,2,3} x=2x3{1,1,1,2,2,2}", "2x3{1,2,3,2,4,6}");
    one_node_expect("Pow", "x=3{1,2,3} x=1{2}", "3{1,4,9}");
    one_node_expect("Max", "x=2{1,5} x={3} x=2x1{0,4}", "2x2{3,5,4,5}");
    one_node_expect("Min", "x=3{3,1,2}", "3{3,1,2}");
}

static void test_reshaping(void **state)
{
    (void)state;
    one_node_expect("Reshape", "x=2x3{1,2,3,4,5,6} i=3,-1", "3x2{1,2,3,4,5,6}");
    one_node_expect("Reshape", "x=2x3{1,2,3,4,5,6} i=0,1,3", "2x1x3{1,2,3,4,5,6}");
    one_node_expect("Flatten", "x=1x2x3{1,2,3,4,5,6} axis=2", "2x3{1,2,3,4,5,6}");
    one_node_expect("Flatten", "x=2x3{1,2,3,4,5,6} axis=0", "1x6{1,2,3,4,5,6}");
    one_node_expect("Squeeze", "x=1x2x1{1,2}", "2{1,2}");
    one_node_expect("Squeeze", "x=1x2x1{1,2} axes=-1 opset=11", "1x2{1,2}");
    one_node_expect("Unsqueeze", "x=2{1,2} i=0,-1", "1x2x1{1,2}");
    one_node_refuse("Reshape", "x=2x3 i=4,-1", "does not divide the 6 elements");
    one_node_refuse("Reshape", "x=2x3 i=-1,-1", "second unknown");
    one_node_refuse("Reshape", "x=2x3 i=2,2", "[2, 2] does not hold the 6 elements");
    one_node_refuse("Reshape", "x=2x3 i=2,3,0", "keeps dimension 2");
    one_node_refuse("Reshape", "x=2x3 i=4611686018427387904,4", "does not hold");
    one_node_refuse("Reshape", "x=2x3 i=0,3 allowzero=1", "does not hold");
    one_node_refuse("Reshape", "x=2x3 x=2", "input 1 must be int64");
    one_node_refuse("Squeeze", "x=2x3 i=1", "dimension 1 is not 1");
    one_node_refuse("Squeeze", "x=1x1 i=0,0", "given twice");
    one_node_refuse("Unsqueeze", "x=2x1x1x1x1x1x1x1 i=0", "more than 8 dimensions");
    one_node_refuse("Flatten", "x=2x3 axis=3", "axis 3 is out of range");
}

static void test_reductions(void **state)
{
    (void)state;
    const char *x = "x=2x3{1,2,6,3,4,8}";
    char text[128];
#define WITH(rest) (snprintf(text, sizeof text, "%s " rest, x), text)
    one_node_expect("ReduceMean", WITH(""), "1x1{4}");
    one_node_expect("ReduceMean", WITH("axes=1 keepdims=0"), "2{3,5}");
    one_node_expect("ReduceMean", WITH("i=1 opset=18"), "2x1{3,5}");
    one_node_expect("ReduceSum", WITH("i=0 keepdims=0"), "3{4,6,14}");
    one_node_expect("ReduceSum", WITH("- noop_with_empty_axes=1"), "2x3{1,2,6,3,4,8}");
    one_node_expect("ReduceMax", WITH("axes=-1 keepdims=0"), "2{6,8}");
    one_node_expect("ReduceMin", WITH("axes=0 keepdims=0"), "3{1,2,6}");
    one_node_expect("ReduceSum", "x=2x0", "1x1{0}");
    one_node_expect("ReduceMax", "x=0x2 axes=0 keepdims=0", "2{-inf,-inf}");
    one_node_expect("ReduceMean", "x=2x0 axes=1 keepdims=0", "2{nan,nan}");
    one_node_refuse("ReduceMean", WITH("axes=2"), "axis 2 is out of range");
    one_node_refuse("ReduceMean", WITH("axes=1,-1"), "given twice");
#undef WITH
}

static void test_concat_and_slice(void **state)
{
    (void)state;
    one_node_expect("Concat", "x=2x1{1,2} x=2x2{3,4,5,6} axis=1", "2x3{1,3,4,2,5,6}");
    one_node_expect("Concat", "x=1{1} x=2{2,3} axis=-1", "3{1,2,3}");
    one_node_refuse("Concat", "x=2x1 x=3x2 axis=1", "input 1 does not fit");
    one_node_refuse("Concat", "x=2 x=2", "axis is missing");
    one_node_expect("Slice", "x=5{0,1,2,3,4} i=1 i=4", "3{1,2,3}");
    one_node_expect("Slice", "x=5{0,1,2,3,4} i=-1 i=-100 i=0 i=-2", "3{4,2,0}");
    one_node_expect("Slice", "x=5{0,1,2,3,4} i=3 i=100 i=0", "2{3,4}");
    one_node_expect("Slice", "x=2x3{0,1,2,3,4,5} i=1,0 i=2,3 i=0,1 i=1,2", "1x2{3,5}");
    one_node_expect("Slice", "x=2x3{0,1,2,3,4,5} starts=1 ends=3 axes=1 opset=9", "2x2{1,2,4,5}");
    one_node_expect("Slice", "x=5{0,1,2,3,4} i=4 i=2", "0{}");
    one_node_refuse("Slice", "x=5 i=0 i=1 i=0 i=0", "a step is 0");
    one_node_refuse("Slice", "x=5 i=0 i=1 i=1", "axis 1 is out of range");
    one_node_refuse("Slice", "x=5 i=0,1 i=1", "differ in number");
}

static void test_activations(void **state)
{
    (void)state;
    one_node_expect("Relu", "x=3{-1,0,2}", "3{0,0,2}");
    one_node_expect("LeakyRelu", "x=3{-1,0,2}", "3{-0.01,0,2}");
    one_node_expect("LeakyRelu", "x=3{-1,0,2} alpha=0.5", "3{-0.5,0,2}");
    one_node_expect("Sigmoid", "x=3{-200,0,1.0986122887}", "3{0,0.5,0.75}");
    one_node_expect("Tanh", "x=2{0,0.54930614433}", "2{0,0.5}");
    one_node_expect("Sqrt", "x=2{4,9}", "2{2,3}");
    one_node_expect("Sign", "x=5{-3,0,2,nan,-inf}", "5{-1,0,1,nan,-1}");
    hear_tensor *y = one_node_run("Relu", "x=3{nan,-inf,inf}");
    const float *v = y->data;
    assert_true(isnan(v[0]) && v[1] == 0.0f && isinf(v[2]));
    hear_tensor_destroy(y);
}

static void test_casting_cuts_whole_numbers_and_holds_real_ones(void **state)
{
    (void)state;
    one_node_expect("Cast", "i=200,-1,256,-129 to=3", "4{-56,-1,0,127}");
    one_node_expect("Cast", "i=200,-1,256,-129 to=2", "4{200,255,0,127}");
    one_node_expect("Cast", "i=9223372036854775807,4294967298,2147483648 to=6",
                    "3{-1,2,-2147483648}");
    one_node_expect("Cast", "x=4{200.9,-1.5,1e30,nan} to=3", "4{127,-1,127,0}");
    one_node_expect("Cast", "x=3{300,-1.5,7.9} to=2", "3{255,0,7}");
    one_node_expect("Cast", "x=2{3e9,-3e9} to=6", "2{2147483647,-2147483648}");
}

static void test_one_row_of_coefficients_gives_two_scores(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        float want[2];
    } cases[] = {
        { "x=1x1 coefficients=1 intercepts=0 classlabels_ints=7,9 outs=2", { 0.75f, 0.25f } },
        { "x=1x1 coefficients=1 intercepts=0 classlabels_ints=7,9 outs=2 post_transform=LOGISTIC",
          { 0.43782350f, 0.56217650f } },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        one_node n = one_node_make("LinearClassifier", cases[i].text, false);
        hear_plan *p = NULL;
        const hear_plan_config config = { .batch = 1, .output = "y1" };
        assert_int_equal(hear_plan_create(&p, n.graph, &config, NULL), HEAR_OK);
        *(float *)hear_plan_input(p, 0)->data = 0.25f;
        hear_plan_run(p);
        const float *scores = hear_plan_output(p, 0)->data;
        for (size_t k = 0; k < 2; k++)
            assert_close((double)scores[k], (double)cases[i].want[k], 1e-6);
        hear_plan_destroy(p);
        one_node_free(&n);
    }
}

static void test_batch_normalization(void **state)
{
    (void)state;
    /* (x - mean) / sqrt(4) * scale + bias */
    one_node_expect("BatchNormalization",
                    "x=1x2x2{1,3,5,7} x=2{2,1} x=2{0,10} x=2{1,5} x=2{4,4} epsilon=0",
                    "1x2x2{0,2,10,11}");
    one_node_refuse("BatchNormalization", "x=1x2x2 x=2 x=2 x=3 x=2", "one number a channel");
    one_node_refuse("BatchNormalization", "x=1x2 x=2 x=2 x=2 x=2 training_mode=1",
                    "for training only");
    one_node_refuse("BatchNormalization", "x=1x2 x=2 x=2 x=2 x=2 spatial=0 opset=7", "spatial");
}

static void test_dropout_is_free_in_inference(void **state)
{
    (void)state;
    one_node_expect("Dropout", "x=3{1,2,3}", "3{1,2,3}");
    one_node_expect("Dropout", "x=3{1,2,3} outs=2", "3{1,2,3}");
    one_node_refuse("Dropout", "x=3 ratio=1 opset=10", "ratio");
}

static void test_quantised_numbers_come_back(void **state)
{
    (void)state;
    /* (x - 128) 0.5; by channel, (x - z) s; a bias of 32 bits has no zero point */
    one_node_expect("DequantizeLinear", "u=0,128,255 c={0.5} u=128", "3{-64,0,63.5}");
    one_node_expect("DequantizeLinear", "s=-128,2,3 c=3{0.5,1,2} s=0,2,-1 axis=0", "3{-64,0,8}");
    one_node_expect("DequantizeLinear", "n=100000,-3 c={0.001}", "2{100,-0.003}");
}

static void test_norms_of_a_row_worked_out_by_hand(void **state)
{
    (void)state;
    /* 1, 3: mean 2, variance 1; times 2, plus 1 */
    one_node_expect("LayerNormalization", "x=1x2{1,3} c=2{2,2} c=2{1,1} epsilon=0", "1x2{-1,3}");
    one_node_expect("InstanceNormalization", "x=1x2x2{1,3,0,4} c=2{1,2} c=2{0,1} epsilon=0",
                    "1x2x2{-1,1,-1,3}");
    one_node_expect("GroupNormalization",
                    "x=1x2x2{1,1,3,3} c=2{1,2} c=2{0,5} num_groups=1 epsilon=0 opset=21",
                    "1x2x2{-1,-1,7,7}");
    one_node_expect("RMSNormalization", "x=1x2{3,4} c=2{5,5} epsilon=0 opset=23",
                    "1x2{4.2426407,5.6568542}"); /* over the root of 12.5 */
    one_node_expect("ReduceL2", "x=2x2{3,4,5,12} axes=1 keepdims=0", "2{5,13}");
    one_node_expect("ReduceLogSumExp", "x=1x2{1000,1000} axes=1 keepdims=0", "1{1000.6931472}");
}

static void test_pieces_chosen_repeated_and_cut(void **state)
{
    (void)state;
    one_node_expect("Where", "b=1,0 x=2x1{1,2} c=1{9}", "2x2{1,9,2,9}");
    one_node_expect("Tile", "x=1x2{1,2} i=2,2", "2x4{1,2,1,2,1,2,1,2}");
    one_node_expect("Expand", "x=2x1{1,2} i=1,3", "2x3{1,1,1,2,2,2}");
    one_node_expect("Split", "x=5{1,2,3,4,5} num_outputs=2 outs=2 opset=18", "3{1,2,3}");
    one_node_expect("Sum", "x=2{1,2}", "2{1,2}");
    one_node_expect("Sum", "x=2{1,2} c=1{3} c=2{10,20}", "2{14,25}");
    one_node_expect("Mod", "x=2{-7,7} c=1{3} fmod=1", "2{-1,1}");
    one_node_expect("PRelu", "x=2x2{-1,2,-3,4} c=2x1{0.5,0.1}", "2x2{-0.5,2,-0.3,4}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_operator_states_itself),
        cmocka_unit_test(test_whole_numbers_are_multiplied_less_their_zero_points),
        cmocka_unit_test(test_errors_name_operator_node_and_opset),
        cmocka_unit_test(test_quantised_numbers_come_back),
        cmocka_unit_test(test_norms_of_a_row_worked_out_by_hand),
        cmocka_unit_test(test_pieces_chosen_repeated_and_cut),
        cmocka_unit_test(test_softmax_changed_with_opset_13),
        cmocka_unit_test(test_gemm_and_matmul),
        cmocka_unit_test(test_broadcasting_goes_both_ways),
        cmocka_unit_test(test_reshaping),
        cmocka_unit_test(test_reductions),
        cmocka_unit_test(test_concat_and_slice),
        cmocka_unit_test(test_activations),
        cmocka_unit_test(test_casting_cuts_whole_numbers_and_holds_real_ones),
        cmocka_unit_test(test_one_row_of_coefficients_gives_two_scores),
        cmocka_unit_test(test_batch_normalization),
        cmocka_unit_test(test_dropout_is_free_in_inference),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
