/* test_denoise.c - the stream around a denoiser, and pairs that one learns from. */
#include "test.h"

#include "base/rng.h"
#include "nn/loss.h"
#include "stream/denoise.h"
#include "train/denoiser.h"
#include "train/denoiser_pairs.h"
#include "train/net.h"

#include <stdlib.h>
#include <string.h>

/* A denoiser that multiplies all by `gain`. */
static hear_graph *by_gain(float gain)
{
    hear_net n = { 0 };
    const hear_shape shape = { .rank = 4, .dim = { -1, 1, 64, 512 } };
    size_t x;
    assert_int_equal(hear_graph_create(&n.graph, HEAR_NET_OPSET), HEAR_OK);
    assert_int_equal(hear_graph_add_input(n.graph, "magnitude", HEAR_F32, &shape, &x), HEAR_OK);
    hear_net_output(&n, hear_net_node2(&n, "Mul", "clean", x, hear_net_fixed(&n, "g", 1, &gain)));
    assert_int_equal(n.status, HEAR_OK);
    assert_int_equal(hear_graph_set_prop(n.graph, "hearsay.kind", "denoiser"), HEAR_OK);
    return n.graph;
}

/* Everything, in blocks of `in_block` and rooms of `out_block`. */
static void run(hear_denoise *d, const float *x, size_t n, float *y, size_t in_block,
                size_t out_block)
{
    size_t used = 0, done = 0, got = 1;
    while (used < n) {
        const size_t now = n - used < in_block ? n - used : in_block;
        const size_t room = n - done < out_block ? n - done : out_block;
        size_t taken;
        test_forbid_heap();
        done += hear_denoise_process(d, x + used, now, &taken, y + done, room);
        test_allow_heap();
        used += taken;
    }
    while (got > 0) {
        got = hear_denoise_flush(d, y + done, n - done < out_block ? n - done : out_block);
        done += got;
    }
    assert_int_equal(done, n);
}

static void test_a_gain_of_one_half_halves_the_sound_of_any_length(void **state)
{
    (void)state;
    static const size_t lengths[] = { 1, 511, 512, 513, 16000, 16384, 32768, 70001 };
    hear_graph *g = by_gain(0.5f);
    hear_denoise *d;
    hear_error err;
    assert_int_equal(hear_denoise_create(&d, g, &err), HEAR_OK);
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        const size_t n = lengths[i];
        float *x = malloc(n * sizeof *x), *y = malloc(n * sizeof *y), *z = malloc(n * sizeof *z);
        for (size_t k = 0; k < n; k++)
            x[k] = (float)(0.5 * sin(0.05 * (double)k) + 0.2 * sin(0.7 * (double)k));
        hear_denoise_reset(d);
        run(d, x, n, y, n, n);
        /* a short sound has some power at 8 kHz, which is left out */
        for (size_t k = 0; k < n && n > 1000; k++)
            assert_close(y[k], 0.5 * (double)x[k], 2e-3);
        hear_denoise_reset(d);
        run(d, x, n, z, 777, 1000); /* the same bits, however cut */
        assert_memory_equal(y, z, n * sizeof *y);
        free(x);
        free(y);
        free(z);
    }
    hear_denoise_destroy(d);
    hear_graph_destroy(g);
}

/* A denoiser that takes 10 off each magnitude, or, with all of the window in it, multiplies each
 * by the greatest. */
static hear_graph *by_gate_or_greatest(bool greatest)
{
    hear_net n = { 0 };
    const hear_shape shape = { .rank = 4, .dim = { -1, 1, 64, 512 } };
    static const float ten = 10.0f;
    size_t x, y;
    assert_int_equal(hear_graph_create(&n.graph, HEAR_NET_OPSET), HEAR_OK);
    assert_int_equal(hear_graph_add_input(n.graph, "magnitude", HEAR_F32, &shape, &x), HEAR_OK);
    if (greatest) {
        static const int64_t axes[] = { 1, 2, 3 };
        y = hear_net_node(&n, "ReduceMax", "most", x);
        hear_net_set_ints(&n, "axes", 3, axes);
        y = hear_net_node2(&n, "Mul", "clean", x, y);
    } else {
        y = hear_net_node2(&n, "Sub", "less", x, hear_net_fixed(&n, "ten", 1, &ten));
        y = hear_net_node(&n, "Relu", "clean", y);
    }
    hear_net_output(&n, y);
    assert_int_equal(n.status, HEAR_OK);
    assert_int_equal(hear_graph_set_prop(n.graph, "hearsay.kind", "denoiser"), HEAR_OK);
    return n.graph;
}

/* Of a sine of amplitude a a bin's magnitude is some hundred times a: ten off takes little of 0.5,
 * at any phase, and all of 0.005. */
static void test_the_network_sees_how_strong_a_sine_is_at_any_phase(void **state)
{
    (void)state;
    enum { N = 32768 };
    static float x[N], y[N];
    hear_graph *g = by_gate_or_greatest(false);
    hear_denoise *d;
    hear_error err;
    assert_int_equal(hear_denoise_create(&d, g, &err), HEAR_OK);
    for (int quarter = 0; quarter < 4; quarter++)
        for (int quiet = 0; quiet < 2; quiet++) {
            const double a = quiet ? 0.005 : 0.5;
            for (size_t k = 0; k < N; k++) /* 64 whole periods in 1024 */
                x[k] = (float)(a * cos(M_PI * ((double)k / 8.0 + quarter / 2.0)));
            hear_denoise_reset(d);
            run(d, x, N, y, N, N);
            double most = 0.0, least = a;
            for (size_t k = 2048; k < N - 2048; k++) {
                if (fabs((double)x[k]) > 0.9 * a) {
                    least = fmin(least, (double)y[k] / (double)x[k] * a);
                    most = fmax(most, fabs((double)y[k]));
                }
            }
            if (quiet)
                assert_true(most < 1e-6);
            else
                assert_true(least > 0.7 * a && most < 0.97 * a);
        }
    hear_denoise_destroy(d);
    hear_graph_destroy(g);
}

static void test_a_reset_leaves_nothing_and_a_flush_gives_no_more(void **state)
{
    (void)state;
    enum { N = 20000, N_LOUD = 70000 }; /* of loud sound several windows pass through the network */
    static float loud[N_LOUD], x[N], fresh[2 * N], again[2 * N], ignored[N_LOUD];
    for (size_t k = 0; k < N_LOUD; k++)
        loud[k] = (float)(0.9 * sin(0.3 * (double)k));
    for (size_t k = 0; k < N; k++)
        x[k] = (float)(0.1 * sin(0.05 * (double)k));
    hear_graph *g = by_gate_or_greatest(true);
    hear_denoise *d;
    hear_error err;
    assert_int_equal(hear_denoise_create(&d, g, &err), HEAR_OK);
    for (int round = 0; round < 2; round++) {
        float *const y = round ? again : fresh;
        size_t taken, n = hear_denoise_process(d, x, N, &taken, y, 2 * N);
        assert_int_equal(taken, N);
        n += hear_denoise_flush(d, y + n, 2 * N - n);
        assert_int_equal(n, N);
        assert_int_equal(hear_denoise_flush(d, y + n, 2 * N - n), 0);
        hear_denoise_reset(d);
        hear_denoise_process(d, loud, N_LOUD, &taken, ignored, N_LOUD);
        hear_denoise_reset(d);
    }
    assert_true(fabsf(fresh[N / 4]) > 0.0f);
    assert_memory_equal(fresh, again, N * sizeof fresh[0]);
    hear_denoise_destroy(d);
    hear_graph_destroy(g);
}

static void test_what_is_no_denoiser_is_refused(void **state)
{
    (void)state;
    hear_graph *g = by_gain(1.0f);
    hear_denoise *d = (hear_denoise *)g;
    hear_error err;
    hear_graph_drop_prop(g, "hearsay.kind");
    assert_int_equal(hear_denoise_create(&d, g, &err), HEAR_ERR_MODEL);
    assert_null(d);
    assert_int_equal(hear_graph_set_prop(g, "hearsay.kind", "denoiser"), HEAR_OK);
    g->values[g->in[0]].shape.dim[2] = 32;
    assert_int_equal(hear_denoise_create(&d, g, &err), HEAR_ERR_MODEL);
    assert_null(d);
    hear_graph_destroy(g);
    hear_denoise_destroy(NULL);
}

static void test_the_loss_in_db_has_the_gradient_of_its_differences(void **state)
{
    (void)state;
    const hear_loss_config config = { .kind = HEAR_LOSS_LOG_MSE };
    float x[6] = { 0.1f, 0.5f, -0.3f, 1.0f, 0.9f, 0.2f }, grad[6];
    const float t[6] = { 0.0f, 0.4f, 0.3f, 1.1f, 0.5f, 0.2f };
    const double loss = hear_loss(&config, x, t, 2, 3, grad);
    /* (0.01 + 0.01 + 0.36) / 3, (0.01 + 0.16 + 0) / 3 */
    assert_close(loss, 0.5 * (log(1e-3 + 0.38 / 3.0) + log(1e-3 + 0.17 / 3.0)), 1e-6);
    for (size_t i = 0; i < 6; i++) {
        const float kept = x[i];
        x[i] = kept + 1e-3f;
        const double up = hear_loss(&config, x, t, 2, 3, NULL);
        x[i] = kept - 1e-3f;
        const double down = hear_loss(&config, x, t, 2, 3, NULL);
        x[i] = kept;
        assert_close(grad[i], (up - down) / 2e-3, 1e-3);
    }
}

static void fill(float *x, size_t n, uint64_t seed)
{
    hear_rng r;
    hear_rng_seed(&r, seed);
    for (size_t i = 0; i < n; i++)
        x[i] = (float)(0.1 * hear_rng_normal(&r));
}

static void test_pairs_are_of_one_size_and_repeat(void **state)
{
    (void)state;
    enum { N = 50000, SHORT = 3000 };
    static float speech[N], noise[SHORT], noisy[2][HEAR_PAIR_CELLS], target[2][HEAR_PAIR_CELLS];
    fill(speech, N, 1);
    fill(noise, SHORT, 2);
    const hear_pair_sound s = { speech, N, N, 0.01 }, o = { noise, SHORT, SHORT, 0.01 };
    const hear_pair_sounds sounds = { 1, 1, &s, &o };
    hear_pair_scratch *scratch = calloc(1, sizeof *scratch);
    assert_int_equal(hear_stft_create(&scratch->stft, 1024, 1024, HEAR_PLACE_CENTER), HEAR_OK);
    double least = INFINITY, most = 0.0;
    for (uint64_t k = 0; k < 20; k++) {
        test_forbid_heap();
        hear_pair_make(&sounds, 3, k, scratch, noisy[0], target[0]);
        hear_pair_make(&sounds, 3, k, scratch, noisy[1], target[1]);
        test_allow_heap();
        assert_memory_equal(noisy[0], noisy[1], sizeof noisy[0]);
        assert_memory_equal(target[0], target[1], sizeof target[0]);
        double sum = 0.0;
        for (size_t i = 0; i < HEAR_PAIR_CELLS; i++) {
            assert_true(target[0][i] >= 0.0f && isfinite(noisy[0][i]));
            sum += (double)target[0][i] * (double)target[0][i] / HEAR_PAIR_CELLS;
        }
        least = fmin(least, sum);
        most = fmax(most, sum);
    }
    /* speech over the mean of both: 10^(snr / 20), -5 to 15 dB, less what is out of phase or cut */
    assert_true(least > 0.1 && most < 6.0 && most > 1.5);
    hear_stft_destroy(scratch->stft);
    free(scratch);
}

static void test_sounds_are_drawn_by_their_length(void **state)
{
    (void)state;
    enum { LONG = 60000, SHORT = 20000, PAIRS = 400, LOW = 64, HIGH = 192 /* bins */ };
    static float sound[2][LONG], noise[SHORT], noisy[HEAR_PAIR_CELLS], target[HEAR_PAIR_CELLS];
    for (size_t i = 0; i < LONG; i++) {
        sound[0][i] = (float)(0.1 * sin(2.0 * M_PI * LOW * (double)i / HEAR_DENOISE_FFT));
        sound[1][i] = (float)(0.1 * sin(2.0 * M_PI * HIGH * (double)i / HEAR_DENOISE_FFT));
    }
    fill(noise, SHORT, 2);
    const hear_pair_sound speech[2] = { { sound[0], LONG, LONG, 0.005 },
                                        { sound[1], SHORT, LONG + SHORT, 0.005 } };
    const hear_pair_sound one = { noise, SHORT, SHORT, 0.01 };
    const hear_pair_sounds sounds = { 2, 1, speech, &one };
    hear_pair_scratch *scratch = calloc(1, sizeof *scratch);
    assert_int_equal(hear_stft_create(&scratch->stft, 1024, 1024, HEAR_PLACE_CENTER), HEAR_OK);
    size_t n_long = 0;
    for (uint64_t k = 0; k < PAIRS; k++) {
        hear_pair_make(&sounds, 1, k, scratch, noisy, target);
        double low = 0.0, high = 0.0;
        for (size_t t = 0; t < HEAR_DENOISE_WINDOW; t++) {
            low += (double)target[t * HEAR_DENOISE_BINS + LOW];
            high += (double)target[t * HEAR_DENOISE_BINS + HIGH];
        }
        n_long += low > high;
    }
    /* 3 of 4, with a deviation of sqrt(400 * 3/4 * 1/4) = 8.7 */
    assert_in_range(n_long, 300 - 35, 300 + 35);
    hear_stft_destroy(scratch->stft);
    free(scratch);
}

static void test_the_network_takes_and_gives_magnitudes(void **state)
{
    (void)state;
    hear_graph *g;
    hear_denoise *d;
    hear_error err;
    assert_int_equal(hear_denoiser_build(&g), HEAR_OK);
    assert_int_equal(hear_denoise_create(&d, g, &err), HEAR_OK);
    hear_denoise_destroy(d);
    hear_graph_destroy(g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_gain_of_one_half_halves_the_sound_of_any_length),
        cmocka_unit_test(test_the_network_sees_how_strong_a_sine_is_at_any_phase),
        cmocka_unit_test(test_a_reset_leaves_nothing_and_a_flush_gives_no_more),
        cmocka_unit_test(test_what_is_no_denoiser_is_refused),
        cmocka_unit_test(test_the_loss_in_db_has_the_gradient_of_its_differences),
        cmocka_unit_test(test_pairs_are_of_one_size_and_repeat),
        cmocka_unit_test(test_sounds_are_drawn_by_their_length),
        cmocka_unit_test(test_the_network_takes_and_gives_magnitudes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
