/* test_yamnet.c - the published checks on YAMNet itself. Its weights are not in the tree:
 * HEARSAY_YAMNET names the model, as `hearsay model import` or `fetch` makes it. */
#include "test.h"

#include "base/rng.h"
#include "hearsay/classifier.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { N = 48000, MAX = 521 };

static hear_model *model;
static float sound[N];

static void take(void *user, const hear_window_result *r)
{
    memcpy(user, r->probs, r->n_labels * sizeof *r->probs);
}

/* The place of a label among all, 0 for the most probable. */
static size_t rank_of(const char *label)
{
    static float probs[MAX];
    hear_classifier *c;
    const hear_classifier_config config = { .rate_hz = 16000 };
    assert_int_equal(hear_classifier_create(&c, model, &config, NULL), HEAR_OK);
    hear_classifier_write(c, sound, N, take, probs);
    hear_classifier_finish(c, take, probs);
    hear_classifier_destroy(c);
    size_t which = MAX, rank = 0;
    for (size_t i = 0; i < MAX; i++)
        if (strcmp(hear_model_label(model, i), label) == 0)
            which = i;
    assert_true(which < MAX);
    for (size_t i = 0; i < MAX; i++)
        rank += probs[i] > probs[which];
    return rank;
}

static void test_zeros_are_silence(void **state)
{
    (void)state;
    memset(sound, 0, sizeof sound);
    assert_int_equal(rank_of("Silence"), 0);
}

static void test_440_hz_is_a_sine_wave(void **state)
{
    (void)state;
    for (size_t i = 0; i < N; i++)
        sound[i] = (float)(0.5 * sin(2.0 * M_PI * 440.0 * (double)i / 16000.0));
    assert_true(rank_of("Sine wave") < 10);
}

static void test_white_noise_is_white_noise(void **state)
{
    (void)state;
    hear_rng r;
    hear_rng_seed(&r, 1);
    for (size_t i = 0; i < N; i++)
        sound[i] = (float)(0.2 * hear_rng_normal(&r));
    assert_true(rank_of("White noise") < 10);
}

/* What is shipped on it names it by its checksum: whoever changes how it is imported sees it here.
 */
static void test_shipped_heads_find_it(void **state)
{
    (void)state;
    char data[] = "/tmp/hearsay-yamnet-XXXXXX", folder[64], link[96], target[4096], head[4096];
    assert_non_null(mkdtemp(data));
    snprintf(folder, sizeof folder, "%s/hearsay", data);
    assert_int_equal(mkdir(folder, 0700), 0);
    snprintf(folder, sizeof folder, "%s/hearsay/models", data);
    assert_int_equal(mkdir(folder, 0700), 0);
    snprintf(link, sizeof link, "%s/yamnet.onnx", folder);
    assert_non_null(realpath(getenv("HEARSAY_YAMNET"), target));
    assert_int_equal(symlink(target, link), 0);
    assert_int_equal(setenv("XDG_DATA_HOME", data, 1), 0);
    snprintf(head, sizeof head, "%s/models/everyday-yamnet.onnx", test_srcdir());
    hear_model *m;
    hear_error err = { .text = "" };
    if (hear_model_open(&m, head, &err) != HEAR_OK)
        fail_msg("%s: %s", head, err.text);
    hear_model_close(m);
    assert_int_equal(unlink(link), 0);
    assert_int_equal(rmdir(folder), 0);
    *strrchr(folder, '/') = '\0';
    assert_int_equal(rmdir(folder), 0);
    assert_int_equal(rmdir(data), 0);
}

int main(void)
{
    const char *const path = getenv("HEARSAY_YAMNET");
    if (!path) {
        printf("HEARSAY_YAMNET names no model\n");
        return 77;
    }
    hear_error err = { .text = "" };
    if (hear_model_open(&model, path, &err) != HEAR_OK || hear_model_n_labels(model) != MAX) {
        printf("%s: %s\n", path, err.text);
        return 1;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_zeros_are_silence),
        cmocka_unit_test(test_440_hz_is_a_sine_wave),
        cmocka_unit_test(test_white_noise_is_white_noise),
        cmocka_unit_test(test_shipped_heads_find_it),
    };
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    hear_model_close(model);
    return failed;
}
