/* test_conv_last.c - convolution and pooling with the channels last, by the kernels of every kind
 * of CPU, from and to both layouts. */
#include "test.h"

#include "base/mem.h"
#include "base/rng.h"
#include "nn/conv_last.h"
#include "nn/linear.h"
#include "nn/simd.h"
#include "nn/strassen.h"
#include "nn/swap.h"
#include "nn/taps.h"

#include <string.h>

enum { ROOM = 1 << 17 };

static const char *const kinds[] = { "plain", "avx2", "avx512" };
static float x[ROOM], x_last[ROOM], weights[ROOM], bias[ROOM], want[ROOM], got[ROOM], flat[ROOM];

/* The last that can run stays: it is the best. */
static void each_kind(void (*test)(void))
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (hear_simd_choose(kinds[i]))
            test();
}

/* Small whole numbers: every sum is exact. */
static void draw(hear_rng *rng, float *v, size_t n)
{
    assert_true(n <= ROOM);
    for (size_t i = 0; i < n; i++)
        v[i] = (float)hear_rng_below(rng, 9) - 4.0f;
}

/* want [out][space] of x [in][space], from the definition. */
static void define(const hear_conv_last *c, float low)
{
    const hear_window *w = &c->w;
    const size_t in = hear_window_in_size(w), taps = hear_window_taps(w);
    const size_t groups = c->groups ? c->groups : 1, size = hear_window_out_size(w);
    const size_t each = c->depthwise ? 1 : c->in / groups;
    for (size_t o = 0; o < c->out; o++)
        for (size_t i = 0; i < size; i++) {
            float sum = bias[o];
            for (size_t m = 0; m < each; m++) {
                size_t k[HEAR_SPACE] = { 0 };
                for (size_t t = 0; t < taps; t++, hear_window_next_tap(w, k)) {
                    size_t d, h, v;
                    if (hear_window_at(w, HEAR_D, i / w->out[HEAR_W] / w->out[HEAR_H], k[HEAR_D],
                                       &d) &&
                        hear_window_at(w, HEAR_H, i / w->out[HEAR_W] % w->out[HEAR_H], k[HEAR_H],
                                       &h) &&
                        hear_window_at(w, HEAR_W, i % w->out[HEAR_W], k[HEAR_W], &v))
                        sum += weights[(o * each + m) * taps + t] *
                               x[(c->depthwise ? o : o / (c->out / groups) * each + m) * in +
                                 (d * w->in[HEAR_H] + h) * w->in[HEAR_W] + v];
                }
            }
            want[o * size + i] = sum < low ? low : sum;
        }
}

/* Both layouts on either side give the same, and no number beyond y is touched. */
static void check(const hear_conv_last *c, hear_rng *rng)
{
    const size_t in = hear_window_in_size(&c->w), out = hear_window_out_size(&c->w);
    const size_t taps = hear_window_taps(&c->w), n = c->out * out;
    assert_true(n < ROOM);
    draw(rng, x, c->in * in);
    const size_t each = c->depthwise ? 1 : c->in / (c->groups ? c->groups : 1);
    draw(rng, weights, c->out * each * taps);
    draw(rng, bias, c->out);
    hear_swap(x_last, c->in, x, in, c->in, in);
    define(c, -3.0f);
    void *packed = hear_alloc(1, hear_conv_last_pack_bytes(c));
    assert_non_null(packed);
    hear_conv_last_pack(packed, c, weights, bias);
    for (int form = 0; form < 4; form++) {
        hear_conv_last_args a = { .packed = packed,
                                  .n = 1,
                                  .x_last = form & 1,
                                  .y_last = form & 2,
                                  .x = form & 1 ? x_last : x,
                                  .y = got,
                                  .low = -3.0f,
                                  .high = INFINITY };
        const size_t bytes = hear_conv_last_scratch(c, a.x_last, a.y_last);
        a.scratch = bytes ? hear_alloc(1, bytes) : NULL;
        if (bytes)
            memset(a.scratch, 0x7f, bytes); /* what is not written shows */
        got[n] = 12345.0f;
        hear_conv_last_run(c, &a);
        hear_free(a.scratch);
        assert_true(got[n] == 12345.0f);
        if (a.y_last)
            hear_swap(flat, out, got, c->out, out, c->out);
        assert_memory_equal(a.y_last ? flat : got, want, n * sizeof *want);
    }
    hear_free(packed);
}

static size_t among(hear_rng *rng, size_t least, size_t most)
{
    return least + (size_t)hear_rng_below(rng, most - least + 1);
}

/* Any geometry; `usual`: 3x3 with a padding of one, as networks have it. */
static hear_window window_at_random(hear_rng *rng, size_t rank, bool usual)
{
    hear_window w = { .rank = rank };
    for (size_t d = 0; d < HEAR_SPACE; d++) {
        const bool there = d + rank >= HEAR_SPACE;
        w.in[d] = there ? among(rng, 1, rank == 3 ? 5 : 14) : 1;
        w.kernel[d] = !there ? 1 : usual ? 3 : among(rng, 1, 4);
        w.stride[d] = there ? among(rng, 1, usual ? 2 : 3) : 1;
        w.dilation[d] = there && !usual ? among(rng, 1, 2) : 1;
        w.pad[d] = there ? among(rng, 0, usual ? 1 : 3) : 0;
        w.pad_end[d] = there ? among(rng, 0, usual ? 1 : 3) : 0;
        const size_t span = (w.kernel[d] - 1) * w.dilation[d] + 1;
        const size_t all = w.in[d] + w.pad[d] + w.pad_end[d];
        w.in[d] += all < span ? span - all : 0;
        w.out[d] = (w.in[d] + w.pad[d] + w.pad_end[d] - span) / w.stride[d] + 1;
    }
    return w;
}

static void convolutions(void)
{
    hear_rng rng;
    hear_rng_seed(&rng, 1);
    size_t n_tried = 0;
    for (int i = 0; i < 250; i++) {
        hear_conv_last c = { .w = window_at_random(&rng, among(&rng, 1, 3), i % 2),
                             .in = among(&rng, 1, 40),
                             .out = among(&rng, 16, 70) };
        if (!hear_conv_last_suits(&c))
            continue;
        check(&c, &rng);
        n_tried++;
    }
    assert_true(n_tried > 200);
}

static void test_convolution_equals_its_definition(void **state)
{
    (void)state;
    each_kind(convolutions);
}

static void depthwise(void)
{
    hear_rng rng;
    hear_rng_seed(&rng, 2);
    size_t n_tried = 0;
    for (int i = 0; i < 400; i++) {
        const size_t channels = among(&rng, 16, 50);
        hear_conv_last c = { .w = window_at_random(&rng, among(&rng, 1, 2), i % 2),
                             .in = channels,
                             .out = channels,
                             .depthwise = true };
        if (!hear_conv_last_suits(&c))
            continue;
        check(&c, &rng);
        n_tried++;
    }
    assert_true(n_tried > 300);
}

static void test_depthwise_equals_its_definition(void **state)
{
    (void)state;
    each_kind(depthwise);
}

static void grouped(void)
{
    hear_rng rng;
    hear_rng_seed(&rng, 7);
    size_t n_tried = 0;
    for (int i = 0; i < 100; i++) {
        const size_t groups = among(&rng, 2, 4);
        hear_conv_last c = { .w = window_at_random(&rng, among(&rng, 1, 3), i % 2),
                             .in = groups * among(&rng, 1, 12),
                             .out = groups * among(&rng, 8, 35),
                             .groups = groups };
        if (!hear_conv_last_suits(&c))
            continue;
        check(&c, &rng);
        n_tried++;
    }
    assert_true(n_tried > 80);
}

static void test_groups_equal_their_definition(void **state)
{
    (void)state;
    each_kind(grouped);
}

static hear_conv_last point(size_t height, size_t width, size_t in, size_t out)
{
    const hear_window w = { .rank = 2,
                            .in = { 1, height, width },
                            .out = { 1, height, width },
                            .kernel = { 1, 1, 1 },
                            .stride = { 1, 1, 1 },
                            .dilation = { 1, 1, 1 } };
    return (hear_conv_last){ .w = w, .in = in, .out = out };
}

/* Of each: rows in pairs that fill a block, several blocks, a part of one. */
static void halves(void)
{
    static const size_t shapes[][4] = {
        { 6, 4, 256, 256 }, { 2, 13, 288, 320 }, { 10, 20, 256, 320 }, { 9, 42, 256, 256 }
    };
    hear_rng rng;
    hear_rng_seed(&rng, 5);
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        const size_t *s = shapes[i];
        const hear_conv_last c = point(s[0], s[1], s[2], s[3]);
        assert_true(hear_strassen_fits(s[0] * s[1], s[2], s[3]));
        check(&c, &rng);
    }
    assert_false(hear_strassen_fits(25, 256, 256)); /* one row would be alone */
    assert_false(hear_strassen_fits(22, 256, 256));
    assert_false(hear_strassen_fits(24, 255, 256));
    assert_false(hear_strassen_fits(24, 256, 255));
}

static void test_seven_products_equal_the_definition(void **state)
{
    (void)state;
    each_kind(halves);
}

/* y of n pictures, all with the channels last. */
static void convolve(const hear_conv_last *c, const void *packed, size_t n, const float *from,
                     float *to)
{
    hear_conv_last_args a = { .packed = packed,
                              .n = n,
                              .x = from,
                              .y = to,
                              .x_last = true,
                              .y_last = true,
                              .low = -INFINITY,
                              .high = INFINITY };
    const size_t bytes = hear_conv_last_scratch(c, true, true);
    a.scratch = bytes ? hear_alloc(1, bytes) : NULL;
    hear_conv_last_run(c, &a);
    hear_free(a.scratch);
}

/* Numbers whose sums are rounded: seven pictures, in blocks of several, and each alone. */
static void pictures_alone(void)
{
    enum { PICTURES = 7, SIZE = 26, IN = 256, OUT = 320 };
    const hear_conv_last c = point(2, SIZE / 2, IN, OUT);
    hear_rng rng;
    hear_rng_seed(&rng, 6);
    for (size_t i = 0; i < PICTURES * SIZE * IN; i++)
        x[i] = (float)hear_rng_normal(&rng);
    for (size_t i = 0; i < OUT * IN; i++)
        weights[i] = (float)hear_rng_normal(&rng);
    for (size_t i = 0; i < OUT; i++)
        bias[i] = (float)hear_rng_normal(&rng);
    void *packed = hear_alloc(1, hear_conv_last_pack_bytes(&c));
    assert_non_null(packed);
    hear_conv_last_pack(packed, &c, weights, bias);
    convolve(&c, packed, PICTURES, x, want);
    for (size_t i = 0; i < PICTURES; i++) {
        convolve(&c, packed, 1, x + i * SIZE * IN, got);
        assert_memory_equal(got, want + i * SIZE * OUT, SIZE * OUT * sizeof *got);
    }
    for (size_t r = 0; r < PICTURES * SIZE; r++)
        for (size_t o = 0; o < OUT; o++) {
            double sum = (double)bias[o];
            for (size_t l = 0; l < IN; l++)
                sum += (double)x[r * IN + l] * (double)weights[o * IN + l];
            assert_close((double)want[r * OUT + o], sum, 2e-4); /* sums are of size 16 … 70 */
        }
    hear_free(packed);
}

static void test_picture_does_not_depend_on_the_others(void **state)
{
    (void)state;
    each_kind(pictures_alone);
}

static void largest(void)
{
    hear_rng rng;
    hear_rng_seed(&rng, 3);
    for (int i = 0; i < 100; i++) {
        hear_window w = window_at_random(&rng, 2, false);
        const size_t n = among(&rng, 16, 50), in = hear_window_in_size(&w);
        if (i % 2)
            w.kernel[HEAR_H] = w.kernel[HEAR_W] = 2;
        draw(&rng, x, in * n);
        x[5] = NAN;
        hear_taps_max(&w, n, x, got);
        for (size_t o = 0; o < hear_window_out_size(&w); o++)
            for (size_t c = 0; c < n; c++) {
                float most = -INFINITY;
                size_t k[HEAR_SPACE] = { 0 }, h, v;
                for (size_t t = 0; t < hear_window_taps(&w); t++, hear_window_next_tap(&w, k))
                    if (hear_window_at(&w, HEAR_H, o / w.out[HEAR_W], k[HEAR_H], &h) &&
                        hear_window_at(&w, HEAR_W, o % w.out[HEAR_W], k[HEAR_W], &v) &&
                        x[(h * w.in[HEAR_W] + v) * n + c] > most)
                        most = x[(h * w.in[HEAR_W] + v) * n + c];
                assert_true(got[o * n + c] == most);
            }
    }
}

/* Row after row, every sum exact. */
static void means(void)
{
    hear_rng rng;
    hear_rng_seed(&rng, 8);
    for (int i = 0; i < 60; i++) {
        hear_window w = window_at_random(&rng, 2, i % 2);
        const size_t n = among(&rng, 16, 50), in = hear_window_in_size(&w);
        const size_t rows = w.out[HEAR_H], cols = w.out[HEAR_W];
        draw(&rng, x, in * n);
        for (size_t o = 0; o < cols; o++)
            weights[o] = (float)(1 + o % 3) / 4.0f;
        got[rows * cols * n] = 12345.0f;
        for (size_t h = 0; h < rows; h++)
            hear_taps_mean(&w, n, h, weights, x, got);
        assert_true(got[rows * cols * n] == 12345.0f);
        for (size_t o = 0; o < rows * cols; o++)
            for (size_t c = 0; c < n; c++) {
                float sum = 0.0f;
                size_t k[HEAR_SPACE] = { 0 }, h, v;
                for (size_t t = 0; t < hear_window_taps(&w); t++, hear_window_next_tap(&w, k))
                    if (hear_window_at(&w, HEAR_H, o / cols, k[HEAR_H], &h) &&
                        hear_window_at(&w, HEAR_W, o % cols, k[HEAR_W], &v))
                        sum += x[(h * w.in[HEAR_W] + v) * n + c];
                assert_true(got[o * n + c] == sum * weights[o % cols]);
            }
    }
}

static void test_mean_of_each_window(void **state)
{
    (void)state;
    each_kind(means);
}

static void test_largest_of_each_window(void **state)
{
    (void)state;
    each_kind(largest);
}

/* y [rows][cols] of x [rows][k]. */
static void product(const void *packed, size_t rows, size_t cols, size_t k, float *y)
{
    hear_linear(&(hear_linear_args){ .packed = packed,
                                     .n = cols,
                                     .rows = 1,
                                     .cols = rows,
                                     .x = x,
                                     .x_col = k,
                                     .segments = 1,
                                     .length = k,
                                     .y = y,
                                     .y_col = cols,
                                     .low = -INFINITY,
                                     .high = INFINITY });
}

/* Numbers whose sums are rounded: the order shows. */
static void rows_alone(void)
{
    enum { K = 5000, ROWS = 13 };
    hear_rng rng;
    hear_rng_seed(&rng, 4);
    for (size_t i = 0; i < ROWS * K; i++)
        x[i] = (float)hear_rng_normal(&rng);
    for (size_t i = 0; i < 19 * K; i++)
        weights[i] = (float)hear_rng_normal(&rng);
    for (size_t n = 1; n < 19; n++) {
        const hear_linear_order order = {
            .n = n, .outer = 1, .inner = K, .by_n = K, .by_inner = 1
        };
        void *packed = hear_alloc(1, hear_linear_pack_bytes(n, K));
        assert_non_null(packed);
        hear_linear_pack(packed, &order, weights, NULL);
        product(packed, ROWS, n, K, want);
        for (size_t rows = 1; rows < ROWS; rows++) {
            product(packed, rows, n, K, got);
            assert_memory_equal(got, want, rows * n * sizeof *got);
        }
        for (size_t j = 0; j < n; j++) {
            double sum = 0.0;
            for (size_t l = 0; l < K; l++)
                sum += (double)x[l] * (double)weights[j * K + l];
            assert_close((double)want[j], sum, 1e-3);
        }
        hear_free(packed);
    }
}

static void test_row_does_not_depend_on_the_others(void **state)
{
    (void)state;
    each_kind(rows_alone);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_convolution_equals_its_definition),
        cmocka_unit_test(test_depthwise_equals_its_definition),
        cmocka_unit_test(test_groups_equal_their_definition),
        cmocka_unit_test(test_seven_products_equal_the_definition),
        cmocka_unit_test(test_picture_does_not_depend_on_the_others),
        cmocka_unit_test(test_mean_of_each_window),
        cmocka_unit_test(test_largest_of_each_window),
        cmocka_unit_test(test_row_does_not_depend_on_the_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
