/* test_clip_mean.c - what is said of a recording, from what is said of its windows. */
#include "test.h"

#include "small_model.h"
#include "stream/clip_mean.h"

#include <stdlib.h>
#include <string.h>

/* The small model has three labels; last is the name of the third. */
static hear_clip_mean *mean_of(const char *last)
{
    hear_model *model = small_model(0, HEAR_LAYOUT_TIME_MEL);
    assert_int_equal(hear_model_n_labels(model), 3);
    free(model->info.labels[2]);
    model->info.labels[2] = strdup(last);
    hear_clip_mean *m;
    assert_int_equal(hear_clip_mean_create(&m, model), HEAR_OK);
    hear_model_close(model);
    return m;
}

static void test_windows_count_alike_where_no_label_is_silence(void **state)
{
    (void)state;
    hear_clip_mean *m = mean_of("quiet");
    const float a[] = { 0.5f, 0.25f, 0.25f }, b[] = { 0.0f, 0.25f, 0.75f };
    float out[3];
    test_forbid_heap();
    hear_clip_mean_add(m, a);
    hear_clip_mean_add(m, b);
    assert_true(hear_clip_mean_take(m, out));
    test_allow_heap();
    assert_true(out[0] == 0.25f && out[1] == 0.25f && out[2] == 0.5f);
    hear_clip_mean_destroy(m);
}

static void test_a_bark_in_silence_is_a_bark(void **state)
{
    (void)state;
    hear_clip_mean *m = mean_of("silence");
    const float bark[] = { 0.75f, 0.0f, 0.25f }, nothing[] = { 0.0f, 0.0f, 1.0f };
    float out[3];
    hear_clip_mean_add(m, bark);
    for (int i = 0; i < 9; i++)
        hear_clip_mean_add(m, nothing);
    assert_true(hear_clip_mean_take(m, out));
    assert_close(out[0], 0.75, 1e-4); /* 0.75 * 0.75 / (0.75 + 9e-6) */
    assert_close(out[2], 0.25, 1e-4);

    const float half[] = { 0.0f, 0.5f, 0.5f }; /* weights 3/4 and 1/2 */
    hear_clip_mean_add(m, bark);
    hear_clip_mean_add(m, half);
    assert_true(hear_clip_mean_take(m, out));
    assert_close(out[0], 0.45, 1e-6);
    assert_close(out[1], 0.20, 1e-6);
    assert_close(out[2], 0.35, 1e-6);
    hear_clip_mean_destroy(m);
}

static void test_nothing_but_silence_is_silence_and_no_window_is_nothing(void **state)
{
    (void)state;
    hear_clip_mean *m = mean_of("silence");
    const float nothing[] = { 0.0f, 0.0f, 1.0f };
    float out[3] = { 9.0f, 9.0f, 9.0f };
    assert_false(hear_clip_mean_take(m, out));
    assert_true(out[0] == 9.0f);
    hear_clip_mean_add(m, nothing);
    hear_clip_mean_add(m, nothing);
    assert_true(hear_clip_mean_take(m, out));
    assert_true(out[0] == 0.0f && out[1] == 0.0f && out[2] == 1.0f);
    assert_false(hear_clip_mean_take(m, out)); /* it started anew */
    hear_clip_mean_destroy(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_windows_count_alike_where_no_label_is_silence),
        cmocka_unit_test(test_a_bark_in_silence_is_a_bark),
        cmocka_unit_test(test_nothing_but_silence_is_silence_and_no_window_is_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
