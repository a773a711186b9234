/* test_clip_mean.c - what is said of a recording, from what is said of its windows. */
#include "test.h"

#include "stream/clip_mean.h"
#include "stream/patch_mean.h"

#include <math.h>

typedef struct {
    hear_patch_mean *patches;
    hear_clip_mean *clip;
    uint64_t n; /* windows so far */
} means;

/* Of three labels; last is the name of the third. */
static means mean_of(const char *last)
{
    char *labels[] = { (char *)"dog", (char *)"cat", (char *)last };
    const hear_model_info info = { .n_labels = 3, .labels = labels };
    means m = { .n = 0 };
    assert_int_equal(hear_patch_mean_create(&m.patches, &info), HEAR_OK);
    assert_int_equal(hear_clip_mean_create(&m.clip, 3), HEAR_OK);
    return m;
}

static void destroy(means *m)
{
    hear_patch_mean_destroy(m->patches);
    hear_clip_mean_destroy(m->clip);
}

/* A window without patches. */
static void add(means *m, const float *probs)
{
    float window[3], own[3];
    hear_patch_mean_add(m->patches, m->n++, probs, 1.0);
    hear_patch_mean_take(m->patches, window);
    hear_clip_mean_add(m->clip, own, hear_patch_mean_own(m->patches, own));
    assert_memory_equal(window, probs, sizeof window);
    assert_memory_equal(own, probs, sizeof own);
}

static bool take(means *m, float *out)
{
    hear_patch_mean_reset(m->patches);
    m->n = 0;
    return hear_clip_mean_take(m->clip, out);
}

static void test_windows_count_alike_where_no_label_is_silence(void **state)
{
    (void)state;
    means m = mean_of("quiet");
    const float a[] = { 0.5f, 0.25f, 0.25f }, b[] = { 0.0f, 0.25f, 0.75f };
    float out[3];
    test_forbid_heap();
    add(&m, a);
    add(&m, b);
    assert_true(take(&m, out));
    test_allow_heap();
    assert_true(out[0] == 0.25f && out[1] == 0.25f && out[2] == 0.5f);
    destroy(&m);
}

static void test_a_bark_in_silence_is_a_bark(void **state)
{
    (void)state;
    means m = mean_of("silence");
    const float bark[] = { 0.75f, 0.0f, 0.25f }, nothing[] = { 0.0f, 0.0f, 1.0f };
    float out[3];
    add(&m, bark);
    for (int i = 0; i < 9; i++)
        add(&m, nothing);
    assert_true(take(&m, out));
    assert_close(out[0], 0.75, 1e-4); /* 0.75 * 0.75 / (0.75 + 9e-6) */
    assert_close(out[2], 0.25, 1e-4);

    const float half[] = { 0.0f, 0.5f, 0.5f }; /* weights 3/4 and 1/2 */
    add(&m, bark);
    add(&m, half);
    assert_true(take(&m, out));
    assert_close(out[0], 0.45, 1e-6);
    assert_close(out[1], 0.20, 1e-6);
    assert_close(out[2], 0.35, 1e-6);
    destroy(&m);
}

static void test_nothing_but_silence_is_silence_and_no_window_is_nothing(void **state)
{
    (void)state;
    means m = mean_of("silence");
    const float nothing[] = { 0.0f, 0.0f, 1.0f };
    float out[3] = { 9.0f, 9.0f, 9.0f };
    assert_false(take(&m, out));
    assert_true(out[0] == 9.0f);
    add(&m, nothing);
    add(&m, nothing);
    assert_true(take(&m, out));
    assert_true(out[0] == 0.0f && out[1] == 0.0f && out[2] == 1.0f);
    assert_false(take(&m, out)); /* it started anew */
    destroy(&m);
}

static void test_a_patch_counts_once_in_a_recording_and_by_its_weight(void **state)
{
    (void)state;
    means m = mean_of("bird");
    static const float patch[4][3] = {
        { 1.0f, 0.0f, 0.0f }, { 0.0f, 1.0f, 0.0f }, { 0.0f, 0.0f, 1.0f }, { 0.0f, 0.5f, 0.5f }
    };
    static const double weight[4] = { 0.5, 0.25, 0.25, 1.0 };
    float probs[3], own[3];
    for (size_t first = 0; first < 2; first++) {
        for (size_t p = first; p < first + 3; p++)
            hear_patch_mean_add(m.patches, p, patch[p], weight[p]);
        hear_patch_mean_take(m.patches, probs);
        hear_clip_mean_add(m.clip, own, hear_patch_mean_own(m.patches, own));
        assert_close(probs[0], first ? 0.0 : 0.5, 1e-7);
        assert_close(probs[1], first ? 0.5 : 0.25, 1e-7);
    }
    assert_true(own[0] == 0.0f && own[1] == 0.5f && own[2] == 0.5f); /* of the last patch */
    assert_true(take(&m, probs));
    assert_close(probs[0], 0.25, 1e-7);
    assert_close(probs[1], 0.375, 1e-7);

    /* a window that was heard before has nothing of its own; what counts for nothing decides where
     * there is nothing else */
    hear_patch_mean_add(m.patches, 5, patch[0], NAN);
    hear_patch_mean_take(m.patches, probs);
    assert_memory_equal(probs, patch[0], sizeof probs);
    hear_patch_mean_add(m.patches, 4, patch[1], 2.0);
    hear_patch_mean_take(m.patches, probs);
    assert_memory_equal(probs, patch[1], sizeof probs);
    assert_true(hear_patch_mean_own(m.patches, own) == 0.0);
    assert_true(own[0] == 0.0f && own[1] == 0.0f);
    destroy(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_windows_count_alike_where_no_label_is_silence),
        cmocka_unit_test(test_a_bark_in_silence_is_a_bark),
        cmocka_unit_test(test_a_patch_counts_once_in_a_recording_and_by_its_weight),
        cmocka_unit_test(test_nothing_but_silence_is_silence_and_no_window_is_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
