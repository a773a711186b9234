/* test_source_pcm.c - raw samples: what their bytes mean, and frames that a pipe cuts in two. */
#include "test.h"

#include "io/source.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Three frames of two channels: 1 and 0.5, -2 and 0, twice 0.3f. */
static const unsigned char floats[] = {
    0, 0, 0x80, 0x3f, 0,    0,    0,    0x3f, 0,    0,    0,    0xc0,
    0, 0, 0,    0,    0x9a, 0x99, 0x99, 0x3e, 0x9a, 0x99, 0x99, 0x3e,
};
static const float means[] = { 0.75f, -1.0f, 0.3f };
static const hear_raw_spec stereo = { 16000, 2, HEAR_PCM_F32LE };

static char folder[] = "/tmp/hearsay-pcm-XXXXXX";
static char path[64];

static hear_source *open_raw(const hear_source_config *config)
{
    hear_source *s = NULL;
    assert_int_equal(hear_source_open(&s, path, config, NULL), HEAR_OK);
    return s;
}

static void save(const void *bytes, size_t n)
{
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(bytes, 1, n, f), n);
    fclose(f);
}

static void test_raw_specifications_are_parsed(void **state)
{
    (void)state;
    hear_raw_spec raw;
    hear_error err;
    assert_int_equal(hear_raw_parse(&raw, "44100:2:f32le", &err), HEAR_OK);
    assert_true(raw.rate_hz == 44100 && raw.n_channels == 2 && raw.format == HEAR_PCM_F32LE);
    assert_int_equal(hear_raw_parse(&raw, "768000:1024:s16le", &err), HEAR_OK);
    assert_true(raw.rate_hz == 768000 && raw.n_channels == 1024 && raw.format == HEAR_PCM_S16LE);
    assert_int_equal(hear_raw_parse(&raw, "1000:1:s16le", &err), HEAR_OK);
    assert_true(raw.rate_hz == 1000 && raw.n_channels == 1);
    static char longer[1000];
    memset(longer, '1', sizeof longer - 1);
    const char *const bad[] = { "",
                                longer,
                                "16000",
                                "16000:1",
                                "16000:1:s24le",
                                "999:1:s16le",
                                "16000:0:s16le",
                                "16000:1:s16le ",
                                "16000:1025:f32le",
                                "1e4:1:s16le",
                                "768001:1:f32le",
                                "16000:1:f32le:2" };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(hear_raw_parse(&raw, bad[i], &err), HEAR_ERR_ARG);
    assert_string_equal(err.text, "format \"f32le:2\": s16le and f32le are taken");
}

static void test_four_bytes_are_a_little_endian_float(void **state)
{
    (void)state;
    save(floats, sizeof floats);
    float got[8];
    size_t n;
    hear_source *s = open_raw(&(hear_source_config){ .raw = &stereo });
    assert_close(hear_source_duration_s(s), 3.0 / 16000.0, 1e-12);
    assert_int_equal(hear_source_read(s, got, 8, &n, NULL), HEAR_OK);
    assert_int_equal(n, 3);
    assert_memory_equal(got, means, sizeof means);
    assert_int_equal(hear_source_read(s, got, 8, &n, NULL), HEAR_OK);
    assert_int_equal(n, 0);
    hear_source_close(s);
    save(floats, 7); /* not one frame */
    s = open_raw(&(hear_source_config){ .raw = &stereo });
    assert_close(hear_source_duration_s(s), 0.0, 0.0);
    hear_source_close(s);
}

static void test_a_start_skips_frames_of_a_raw_file(void **state)
{
    (void)state;
    static int16_t ramp[2 * 16000];
    for (int i = 0; i < 16000; i++)
        ramp[2 * i] = ramp[2 * i + 1] = (int16_t)i;
    save(ramp, sizeof ramp);
    const hear_raw_spec raw = { 16000, 2, HEAR_PCM_S16LE };
    const hear_source_config config = { .raw = &raw, .start_s = 0.25, .duration_s = 0.125 };
    hear_source *s = open_raw(&config);
    assert_close(hear_source_duration_s(s), 0.125, 1e-12);
    float got[700];
    size_t n, at = 0;
    do {
        assert_int_equal(hear_source_read(s, got, 700, &n, NULL), HEAR_OK);
        for (size_t i = 0; i < n; i++, at++)
            assert_true(got[i] == (float)(4000 + at) / 32768.0f);
    } while (n > 0);
    assert_int_equal(at, 2000);
    hear_source_close(s);
}

static void test_a_frame_that_a_pipe_cuts_in_two_is_whole(void **state)
{
    (void)state;
    remove(path);
    assert_int_equal(mkfifo(path, 0600), 0);
    const int fd = open(path, O_RDWR);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, floats, 15), 15); /* a frame is 8 bytes */
    hear_source *s = open_raw(&(hear_source_config){ .raw = &stereo });
    assert_true(hear_source_duration_s(s) < 0.0);
    float got[8];
    size_t n;
    assert_int_equal(hear_source_read(s, got, 8, &n, NULL), HEAR_OK);
    assert_true(n == 1 && got[0] == means[0]);
    assert_int_equal(write(fd, floats + 15, 8), 8);
    assert_int_equal(hear_source_read(s, got, 1, &n, NULL), HEAR_OK);
    assert_true(n == 1 && got[0] == means[1]);
    assert_int_equal(write(fd, floats + 23, 1), 1);
    close(fd);
    assert_int_equal(hear_source_read(s, got, 8, &n, NULL), HEAR_OK);
    assert_true(n == 1 && got[0] == means[2]);
    assert_int_equal(hear_source_read(s, got, 8, &n, NULL), HEAR_OK);
    assert_int_equal(n, 0);
    hear_source_close(s);
    remove(path);
}

static int make_folder(void **state)
{
    (void)state;
    if (!mkdtemp(folder))
        return -1;
    snprintf(path, sizeof path, "%s/sound.raw", folder);
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    remove(path);
    return rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_raw_specifications_are_parsed),
        cmocka_unit_test(test_four_bytes_are_a_little_endian_float),
        cmocka_unit_test(test_a_start_skips_frames_of_a_raw_file),
        cmocka_unit_test(test_a_frame_that_a_pipe_cuts_in_two_is_whole),
    };
    return cmocka_run_group_tests_name("source_pcm", tests, make_folder, remove_folder);
}
