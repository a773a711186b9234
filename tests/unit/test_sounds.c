/* test_sounds.c - recordings as frames in memory, and the windows cut from them. */
#include "test.h"

#include "folder.h"
#include "train/silence.h"
#include "train/sounds.h"

#include <stdlib.h>
#include <string.h>

static hear_frontend_config small(void)
{
    hear_frontend_config c = hear_frontend_default();
    c.rate_hz = 8000;
    c.n_fft = c.win_length = 256;
    c.hop = 100;
    c.n_mels = 20;
    c.fmax_hz = 4000.0;
    return c;
}

static void put_tone(const char *name, uint32_t rate_hz, size_t n)
{
    float *x = calloc(n + 1, sizeof *x);
    for (size_t i = 0; i < n; i++)
        x[i] = 0.5f * sinf(0.37f * (float)i);
    test_put_wav(name, rate_hz, x, n);
    free(x);
}

static hear_dataset *dataset_of(const char *const *names, size_t n)
{
    hear_dataset *d;
    assert_int_equal(hear_dataset_create(&d), HEAR_OK);
    for (size_t i = 0; i < n; i++) {
        const hear_clip_entry entry = { .path = names[i] ? test_in_folder(names[i]) : NULL,
                                        .label = "x",
                                        .group = names[i] ? names[i] : "made",
                                        .source = "" };
        assert_int_equal(hear_dataset_add(d, &entry), HEAR_OK);
    }
    assert_int_equal(hear_dataset_finish(d, NULL), HEAR_OK);
    return d;
}

static hear_sounds *load(const hear_dataset *d, const hear_frontend_config *c, size_t n_threads)
{
    hear_sounds *s;
    hear_error err = { 0 };
    const hear_sounds_config config = {
        .frontend = c, .n_threads = n_threads, .made_s = 0.5, .seed = 1
    };
    if (hear_sounds_load(&s, d, &config, &err) != HEAR_OK)
        fail_msg("%s", err.text);
    return s;
}

static void check_frames(const hear_frontend_config c)
{
    enum { N = 8000, WINDOW = 40 };
    const size_t width = hear_frontend_width(&c);
    put_tone("a.wav", 8000, N);
    const char *const names[] = { "a.wav" };
    hear_dataset *d = dataset_of(names, 1);
    hear_sounds *s = load(d, &c, 1);
    assert_int_equal(s->sound[0].n_samples, N);
    assert_int_equal(s->sound[0].n_frames, 80); /* the last begins at sample 7900 */

    /* the front end itself, fed what a 16-bit file keeps of the tone */
    hear_frontend *f;
    assert_int_equal(hear_frontend_create(&f, &c, 8000, NULL), HEAR_OK);
    float *x = calloc(N, sizeof *x), *frames = calloc(100 * width, sizeof *frames);
    float *window = calloc(WINDOW * width, sizeof *window);
    for (size_t i = 0; i < N; i++)
        x[i] = rintf(0.5f * sinf(0.37f * (float)i) * 32767.0f) / 32768.0f;
    size_t taken, n = hear_frontend_process(f, x, N, &taken, frames, 100);
    n += hear_frontend_flush(f, 4000, frames + n * width, 100 - n);
    assert_int_equal(n, 100);
    static const size_t firsts[] = { 0, 7, 60 }; /* the last is half padded */
    for (size_t i = 0; i < 3; i++) {
        hear_sound_raw(s, 0, firsts[i], WINDOW, window);
        assert_memory_equal(window, frames + firsts[i] * width, WINDOW * width * sizeof *window);
    }
    hear_sound_raw(s, 0, 1000, 1, window); /* far behind its end: as digital zero */
    assert_memory_equal(window, frames + 99 * width, width * sizeof *window);

    hear_frontend_destroy(f);
    free(x);
    free(frames);
    free(window);
    hear_sounds_destroy(s);
    hear_dataset_destroy(d);
}

static void test_a_recording_gives_the_frames_of_the_front_end(void **state)
{
    (void)state;
    check_frames(small());
    hear_frontend_config c = hear_frontend_of(HEAR_FEATURES_DESCRIPTORS);
    c.rate_hz = 8000;
    c.n_fft = c.win_length = 256;
    c.hop = 100;
    check_frames(c); /* the flatness of zeros is 1 */
}

static void test_what_cannot_be_read_keeps_its_place_and_says_why(void **state)
{
    (void)state;
    const hear_frontend_config c = small();
    put_tone("b.wav", 16000, 4000);
    test_put_file("text.wav", "no sound\n", 9);
    test_put_wav("empty.wav", 8000, NULL, 0);
    const char *const names[] = { "text.wav", "b.wav", "none.wav", "empty.wav", NULL };
    hear_dataset *d = dataset_of(names, 5);
    hear_sounds *one = load(d, &c, 1), *three = load(d, &c, 3);
    assert_int_equal(one->n_unreadable, 3);
    for (size_t i = 0; i < 5; i++) {
        const hear_sound *a = &one->sound[i], *b = &three->sound[i];
        assert_int_equal(a->frames == NULL, i != 1 && i != 4);
        assert_int_equal(a->why != NULL, a->frames == NULL);
        assert_int_equal(a->n_frames, b->n_frames);
        if (a->frames) /* however many threads: the same bits */
            assert_memory_equal(a->frames, b->frames, a->n_frames * 20 * sizeof *a->frames);
    }
    assert_int_equal(one->sound[1].n_samples, 2000); /* resampled from 16 kHz */
    assert_int_equal(one->sound[4].n_samples, 4000); /* made: half a second */
    hear_sounds_destroy(one);
    hear_sounds_destroy(three);
    hear_sounds_destroy(NULL);
    hear_dataset_destroy(d);
}

static bool stop_at_once(void *user, size_t done, size_t of)
{
    (void)user, (void)done, (void)of;
    return false;
}

static void test_loading_stops_when_asked(void **state)
{
    (void)state;
    const hear_frontend_config c = small();
    put_tone("c.wav", 8000, 4000);
    const char *const names[] = { "c.wav" };
    hear_dataset *d = dataset_of(names, 1);
    hear_sounds *s;
    const hear_sounds_config config = { .frontend = &c, .n_threads = 1, .progress = stop_at_once };
    assert_int_equal(hear_sounds_load(&s, d, &config, NULL), HEAR_ERR_INTERRUPTED);
    assert_null(s);
    hear_dataset_destroy(d);
}

static void test_windows_are_those_of_classify(void **state)
{
    (void)state;
    const hear_frontend_config c = small(); /* a window of 11 frames spans 1256 samples */
    static const struct {
        uint64_t n_samples;
        size_t windows;
    } cases[] = { { 0, 1 },    { 1, 1 },    { 1255, 1 }, { 1256, 1 },
                  { 1456, 1 }, { 1457, 2 }, { 1656, 2 }, { 1857, 3 } };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) /* hop: 4 frames, 400 samples */
        assert_int_equal(hear_windows_of(&c, cases[i].n_samples, 11, 4), cases[i].windows);
}

static double loudest_silence(double most_db)
{
    static float x[8000], again[8000];
    size_t zero = 0;
    double loudest = 0.0;
    for (size_t k = 0; k < 64; k++) {
        double square = 0.0;
        hear_silence_make(5, k, most_db, 8000.0, x, 8000);
        hear_silence_make(5, k, most_db, 8000.0, again, 8000);
        assert_memory_equal(x, again, sizeof x);
        for (size_t i = 0; i < 8000; i++)
            square += (double)x[i] * x[i];
        zero += square == 0.0;
        loudest = fmax(loudest, sqrt(square / 8000.0));
    }
    assert_in_range(zero, 8, 40); /* every eighth, and what rounding leaves nothing of */
    return loudest;
}

static void test_made_silence_is_quiet(void **state)
{
    (void)state;
    const double usual = loudest_silence(HEAR_SILENCE_MOST_DB), louder = loudest_silence(-40.0);
    assert_true(usual > 1e-4 && usual < 3e-3); /* -60 dBFS is 1e-3, hum comes on top */
    assert_true(louder > 3e-3 && louder < 3e-2);
}

/* Power of one frequency, over a second. */
static double power_at(const float *x, size_t n, double hz)
{
    double re = 0.0, im = 0.0;
    for (size_t i = 0; i < n; i++) {
        re += (double)x[i] * cos(6.283185307179586 * hz * (double)i / (double)n);
        im += (double)x[i] * sin(6.283185307179586 * hz * (double)i / (double)n);
    }
    return re * re + im * im;
}

/* Among 256: zeros, noise as 16 bits have it and finer noise, hum of 50 Hz and of 60 Hz. */
static void test_made_silence_is_of_several_kinds(void **state)
{
    (void)state;
    enum { N = 4000, ALL = 256 };
    static float x[N];
    size_t n_zero = 0, n_rounded = 0, n_hum[2] = { 0 };
    for (size_t k = 0; k < ALL; k++) {
        bool any = false, rounded = true;
        hear_silence_make(3, k, -40.0, N, x, N);
        for (size_t i = 0; i < N; i++) {
            any = any || x[i] != 0.0f;
            rounded = rounded && rintf(x[i] * 32768.0f) == x[i] * 32768.0f;
        }
        n_zero += !any;
        n_rounded += any && rounded;
        for (int h = 0; h < 2; h++) {
            const double hz = h ? 60.0 : 50.0;
            const double around = power_at(x, N, hz - 4.0) + power_at(x, N, hz + 4.0);
            n_hum[h] += power_at(x, N, hz) > 10.0 * around;
        }
    }
    assert_in_range(n_zero, ALL / 8, ALL / 4); /* what is rounded may come to nothing */
    assert_in_range(n_rounded, ALL / 5, ALL / 2);
    assert_in_range(n_hum[0], 6, 40);
    assert_in_range(n_hum[1], 6, 40);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_recording_gives_the_frames_of_the_front_end),
        cmocka_unit_test(test_what_cannot_be_read_keeps_its_place_and_says_why),
        cmocka_unit_test(test_loading_stops_when_asked),
        cmocka_unit_test(test_windows_are_those_of_classify),
        cmocka_unit_test(test_made_silence_is_quiet),
        cmocka_unit_test(test_made_silence_is_of_several_kinds),
    };
    return cmocka_run_group_tests(tests, test_make_folder, test_remove_folder);
}
