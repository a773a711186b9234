/* test_ops_space.c - operators that slide, pool, stretch and move, by hand. */
#include "one_node.h"

#define expect one_node_expect
#define refuse one_node_refuse

static void test_convolution(void **state)
{
    (void)state;
    expect("Conv", "x=1x1x5{1,2,3,4,5} x=1x1x2{1,10}", "1x1x4{21,32,43,54}");
    expect("Conv", "x=1x1x5{1,2,3,4,5} x=1x1x2{1,10} x=1{100} strides=2 dilations=2 pads=1,0",
           "1x1x2{120,142}");
    expect("Conv", "x=1x2x2{1,2,3,4} x=2x1x1{10,100} group=2", "1x2x2{10,20,300,400}");
    expect("Conv", "x=1x1x2x3{1,2,3,4,5,6} x=1x1x2x2{1,10,100,1000}", "1x1x1x2{5421,6532}");
    /* five wide, stride two: SAME makes three, with one zero at each side */
    expect("Conv", "x=1x1x5{1,2,3,4,5} x=1x1x3{1,1,1} strides=2 auto_pad=SAME_UPPER",
           "1x1x3{3,9,9}");
    /* four wide: the odd zero is at the end, or at the beginning */
    expect("Conv", "x=1x1x4{1,2,3,4} x=1x1x3{1,1,1} strides=2 auto_pad=SAME_UPPER", "1x1x2{6,7}");
    expect("Conv", "x=1x1x4{1,2,3,4} x=1x1x3{1,1,1} strides=2 auto_pad=SAME_LOWER", "1x1x2{3,9}");
    expect("Conv", "x=1x1x4{1,2,3,4} x=1x1x3{1,1,1} auto_pad=VALID pads=1,1", "1x1x2{6,9}");
}

/* Wide enough to go with the channels last, where weights and bias are packed once. */
static void test_convolution_with_a_bias_made_on_the_way(void **state)
{
    (void)state;
    expect("Conv", "x=1x1x1{0} c=16x1x1 x=16{1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16}",
           "1x16x1{1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16}");
    expect("Conv", "x=1x8x1{0,0,0,0,0,0,0,0} c=8x1x1 x=8{1,2,3,4,5,6,7,8} group=8",
           "1x8x1{1,2,3,4,5,6,7,8}");
}

static void test_transposed_convolution(void **state)
{
    (void)state;
    expect("ConvTranspose", "x=1x1x3{1,2,3} x=1x1x2{1,10}", "1x1x4{1,12,23,30}");
    expect("ConvTranspose", "x=1x1x3{1,2,3} x=1x1x2{1,10} x=1{100} strides=2 pads=1,0",
           "1x1x5{110,102,120,103,130}");
    expect("ConvTranspose", "x=1x1x2{1,2} x=1x2x1{1,10} strides=2 output_padding=1",
           "1x2x4{1,0,2,0,10,0,20,0}");
    expect("ConvTranspose", "x=1x1x2{1,2} x=1x1x3{1,1,1} strides=2 output_shape=4",
           "1x1x4{1,3,2,2}");
    refuse("ConvTranspose", "x=1x1x2 x=1x1x3 pads=3,3", "size is out of range");
    refuse("ConvTranspose", "x=1x1x2 x=2x1x3", "group does not fit");
}

static void test_pooling(void **state)
{
    (void)state;
    expect("MaxPool", "x=1x1x5{1,5,2,3,4} kernel_shape=2 strides=2", "1x1x2{5,3}");
    expect("MaxPool", "x=1x1x5{1,5,2,3,4} kernel_shape=2 strides=2 ceil_mode=1", "1x1x3{5,3,4}");
    expect("MaxPool", "x=1x1x5{1,5,2,3,4} kernel_shape=2 dilations=2", "1x1x3{2,5,4}");
    expect("MaxPool", "x=1x1x2x2{-1,-2,-3,-4} kernel_shape=2,2 pads=1,1,0,0",
           "1x1x2x2{-1,-1,-1,-1}");
    expect("AveragePool", "x=1x1x3{3,6,9} kernel_shape=2 pads=1,0", "1x1x3{3,4.5,7.5}");
    expect("AveragePool", "x=1x1x3{3,6,9} kernel_shape=2 pads=1,0 count_include_pad=1",
           "1x1x3{1.5,4.5,7.5}");
    /* ceil_mode's last window leads behind input and padding: that part never counts */
    expect("AveragePool", "x=1x1x3{3,6,9} kernel_shape=2 strides=2 ceil_mode=1", "1x1x2{4.5,9}");
    expect("AveragePool", "x=1x1x3{3,6,9} kernel_shape=2 strides=2 ceil_mode=1 count_include_pad=1",
           "1x1x2{4.5,9}");
    expect("GlobalAveragePool", "x=1x2x3{1,2,6,4,5,9}", "1x2x1{3,6}");
    expect("GlobalMaxPool", "x=1x2x1x3{1,2,6,4,9,5}", "1x2x1x1{6,9}");
}

static void test_moving(void **state)
{
    (void)state;
    expect("Transpose", "x=2x3{1,2,3,4,5,6}", "3x2{1,4,2,5,3,6}");
    expect("Transpose", "x=1x2x3{1,2,3,4,5,6} perm=2,0,1", "3x1x2{1,4,2,5,3,6}");
    expect("Transpose", "x=1x2x3{1,2,3,4,5,6} perm=1,2,0", "2x3x1{1,2,3,4,5,6}");
    expect("Gather", "x=3x2{1,2,3,4,5,6} i=-1,0", "2x2{5,6,1,2}");
    expect("Gather", "x=2x2{1,2,3,4} i=1 axis=1", "2x1{2,4}");
    expect("Pad", "x=3{1,2,3} i=2,1", "6{0,0,1,2,3,0}");
    expect("Pad", "x=3{1,2,3} i=2,1 x={7}", "6{7,7,1,2,3,7}");
    expect("Pad", "x=3{1,2,3} i=2,2 mode=reflect", "7{3,2,1,2,3,2,1}");
    expect("Pad", "x=3{1,2,3} i=1,2 mode=edge", "6{1,1,2,3,3,3}");
    expect("Pad", "x=3{1,2,3} i=2,1 mode=wrap opset=19", "6{2,3,1,2,3,1}");
    expect("Pad", "x=4{1,2,3,4} i=-1,3 mode=wrap opset=19", "6{2,3,4,2,3,4}"); /* cut first */
    expect("Pad", "x=4{1,2,3,4} i=2,-1 mode=wrap opset=19", "5{2,3,1,2,3}");
    expect("Pad", "x=4{1,2,3,4} i=-2,3 mode=reflect", "5{3,4,3,4,3}");
    expect("Pad", "x=4{1,2,3,4} i=-1,2 mode=edge", "5{2,3,4,4,4}");
    refuse("Pad", "x=2{1,2} i=-2,2 mode=edge", "empty");
    expect("Pad", "x=2x3{1,2,3,4,5,6} i=0,-1,1,0 ", "3x2{2,3,5,6,0,0}");
    expect("Pad", "x=2x2{1,2,3,4} i=1,0 x={9} i=1 opset=18", "2x3{9,1,2,9,3,4}");
}

static void test_stretching(void **state)
{
    (void)state;
    expect("Resize", "x=1x2{1,3} - c=2{1,2}", "1x4{1,1,3,3}");
    expect("Resize", "x=1x2{1,3} - c=2{1,2} mode=linear", "1x4{1,1.5,2.5,3}");
    expect("Resize",
           "x=1x2{1,3} - - i=1,5 mode=linear coordinate_transformation_mode=align_corners",
           "1x5{1,1.5,2,2.5,3}");
    expect("Resize", "x=2x2{1,2,3,4} - - i=4 axes=0 opset=18", "4x2{1,2,1,2,3,4,3,4}");
    expect("Resize", "x=1x3{1,2,3} c=2{1,1}  opset=10", "1x3{1,2,3}");
    expect("Resize", "x=1x5{1,2,3,4,5} - c=2{1,2.6}", "1x12{1,1,1,2,2,3,3,3,4,4,5,5}");
    refuse("Resize", "x=1x2 - c=2{1,0}", "out of range");
    refuse("Resize", "x=1x2 - c=2{1,nan}", "out of range");
    refuse("Resize", "x=1x1 - - i=16777216,16777216", "out of range");
    refuse("Resize", "x=1x2 - - i=1,0", "out of range");
    refuse("Resize", "x=1x2", "either scales or sizes");
    refuse("Resize", "x=1x2 - x=2", "must be known when planning");
}

static void test_clipping(void **state)
{
    (void)state;
    expect("Clip", "x=4{-2,-1,1,2} x={-1.5} x={1}", "4{-1.5,-1,1,1}");
    expect("Clip", "x=4{-2,-1,1,2} - x={0}", "4{-2,-1,0,0}");
    expect("Clip", "x=4{-2,-1,1,2} min=0 max=1.5 opset=10", "4{0,0,1,1.5}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_convolution),
        cmocka_unit_test(test_convolution_with_a_bias_made_on_the_way),
        cmocka_unit_test(test_transposed_convolution),
        cmocka_unit_test(test_pooling),
        cmocka_unit_test(test_moving),
        cmocka_unit_test(test_stretching),
        cmocka_unit_test(test_clipping),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
