/* test_recording.c - the whole of a recording in memory, and at another rate. */
#include "test.h"

#include "dsp/resample.h"
#include "io/recording.h"

#include <sndfile.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { RATE = 48000, N = 200001 }; /* more than is read at first, and no multiple of it */

static char path[] = "/tmp/hearsay-recording-XXXXXX";
static float sound[N];

static void save(size_t n)
{
    SF_INFO info = { .samplerate = RATE, .channels = 1, .format = SF_FORMAT_WAV | SF_FORMAT_FLOAT };
    SNDFILE *f = sf_open(path, SFM_WRITE, &info);
    assert_non_null(f);
    assert_int_equal(sf_writef_float(f, sound, (sf_count_t)n), n);
    sf_close(f);
}

static void make_sound(void)
{
    for (size_t i = 0; i < N; i++)
        sound[i] = 0.5f * sinf(0.01f * (float)(i % 50000)) + (float)i / N;
}

static void test_every_sample_is_there_and_what_is_no_number_is_silence(void **state)
{
    (void)state;
    make_sound();
    sound[7] = NAN;
    sound[65536] = INFINITY;
    sound[N - 1] = -INFINITY;
    save(N);
    hear_recording r;
    assert_int_equal(hear_recording_read(&r, path, 0, NULL), HEAR_OK);
    sound[7] = sound[65536] = sound[N - 1] = 0.0f;
    assert_int_equal(r.n, N);
    assert_int_equal(r.rate_hz, RATE);
    assert_memory_equal(r.samples, sound, sizeof sound);
    hear_recording_clear(&r);
    assert_true(!r.samples && r.n == 0);
}

static void test_what_holds_no_sound_is_refused(void **state)
{
    (void)state;
    save(0);
    hear_recording r;
    hear_error err;
    assert_int_equal(hear_recording_read(&r, path, 0, &err), HEAR_ERR_DATA);
    assert_string_equal(err.text, "there is no sound in it");
    assert_true(!r.samples && r.n == 0);
    assert_int_equal(hear_recording_read(&r, "/nowhere/at-all.wav", 0, &err), HEAR_ERR_NO_INPUT);
    assert_true(!r.samples && r.n == 0);
}

static void test_what_breaks_off_is_refused(void **state)
{
    (void)state;
    save(N);
    assert_int_equal(truncate(path, N), 0); /* of 4 N bytes and more */
    hear_recording r;
    hear_error err;
    assert_int_equal(hear_recording_read(&r, path, 0, &err), HEAR_ERR_DATA);
    assert_non_null(strstr(err.text, "before its header says"));
    assert_true(!r.samples && r.n == 0);
}

/* A sine stays one, at its place, to the last sample but where the end is near. */
static void test_another_rate_keeps_a_sine_in_time(void **state)
{
    (void)state;
    static const uint32_t rates[] = { 16000, 44100, 48000, 96000 };
    for (size_t i = 0; i < 4; i++) {
        hear_recording r = { malloc(N * sizeof *r.samples), N, RATE };
        for (size_t k = 0; k < N; k++)
            r.samples[k] = (float)sin(2.0 * M_PI * 1000.0 * (double)k / RATE);
        assert_int_equal(hear_recording_resample(&r, rates[i]), HEAR_OK);
        assert_int_equal(r.rate_hz, rates[i]);
        assert_int_equal(r.n, (2 * (uint64_t)N * rates[i] + RATE) / (2 * RATE));
        for (size_t k = 200; k < r.n - 200; k++)
            assert_close(r.samples[k], sin(2.0 * M_PI * 1000.0 * (double)k / rates[i]), 1e-3);
        hear_recording_clear(&r);
    }
    hear_recording r = { calloc(1, sizeof *r.samples), 1, RATE };
    assert_int_equal(hear_recording_resample(&r, 999), HEAR_ERR_ARG);
    assert_true(r.n == 1 && r.rate_hz == RATE);
    r.samples[0] = 0.5f;
    assert_int_equal(hear_recording_resample(&r, 16000), HEAR_OK); /* a third of a sample */
    assert_true(r.n == 1 && r.samples[0] == 0.5f && r.rate_hz == 16000);
    hear_recording_clear(&r);
}

static int make_file(void **state)
{
    (void)state;
    const int fd = mkstemp(path);
    return fd < 0 ? -1 : close(fd);
}

static int remove_file(void **state)
{
    (void)state;
    return unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_sample_is_there_and_what_is_no_number_is_silence),
        cmocka_unit_test(test_what_holds_no_sound_is_refused),
        cmocka_unit_test(test_what_breaks_off_is_refused),
        cmocka_unit_test(test_another_rate_keeps_a_sine_in_time),
    };
    return cmocka_run_group_tests_name("recording", tests, make_file, remove_file);
}
