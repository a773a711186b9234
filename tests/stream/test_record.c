/* test_record.c - hearsay record and enrol with a scripted PortAudio: what is played is what is in
 * the clips, and what is enrolled. */
#include "test.h"

#include "app/cmd.h"
#include "io/source.h"
#include "portaudio_stub.h"

#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { RATE = 8000, N = 8 * RATE };

static float sound[N];
static const char *const apis[] = { "ALSA", NULL };
static const double only_8k[] = { RATE, 0 };
static const stub_device device = {
    .name = "microphone", .n_channels = 1, .rate_hz = RATE, .rates = only_8k
};
static const stub_setup one = { .apis = apis, .devices = &device, .n_devices = 1 };
static char folder[] = "/tmp/hearsay-record-XXXXXX";

static int record(const char *label, const char *n)
{
    char *argv[] = { (char *)"record",    (char *)"--label", (char *)label, (char *)"-n", (char *)n,
                     (char *)"--seconds", (char *)"0.25",    (char *)"-o",  folder,       NULL };
    return hear_cmd_record.run(&hear_cmd_record, 9, argv);
}

static size_t load(float *samples, size_t room, const char *name)
{
    char path[128];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    hear_source *s;
    if (hear_source_open(&s, path, &(hear_source_config){ .stop_fd = 0 }, NULL) != HEAR_OK)
        return 0;
    assert_int_equal(hear_source_rate_hz(s), RATE);
    size_t n = 0, got;
    do {
        assert_int_equal(hear_source_read(s, samples + n, room - n, &got, NULL), HEAR_OK);
        n += got;
    } while (got > 0 && n < room);
    hear_source_close(s);
    return n;
}

/* Where the clip begins in the sound; every quarter of a second of it is different. */
static size_t find(const float *clip, size_t n)
{
    for (size_t at = 0; at + n <= N; at++) {
        size_t i = 0;
        while (i < n && fabsf(clip[i] - sound[at + i]) < 1.0f / 32000)
            i++;
        if (i == n)
            return at;
    }
    return SIZE_MAX;
}

static void test_clips_hold_what_was_played_in_order(void **state)
{
    (void)state;
    float clip[RATE];
    stub_begin(&one);
    stub_play(&(stub_script){ .samples = sound, .n_frames = N, .pace = 2.0 });
    assert_int_equal(record("bell", "2"), HEAR_EXIT_OK);
    assert_int_equal(stub_n_open(), 0);
    assert_int_equal(load(clip, RATE, "bell/0001.wav"), RATE / 4);
    const size_t first = find(clip, RATE / 4);
    assert_true(first != SIZE_MAX);
    assert_int_equal(load(clip, RATE, "bell/0002.wav"), RATE / 4);
    const size_t second = find(clip, RATE / 4);
    assert_true(second != SIZE_MAX && second >= first + RATE / 4);
}

static void test_a_number_that_is_taken_is_left_alone(void **state)
{
    (void)state;
    float before[RATE], after[RATE];
    const size_t n = load(before, RATE, "bell/0001.wav");
    stub_begin(&one);
    stub_play(&(stub_script){ .samples = sound + N / 2, .n_frames = N / 2, .pace = 2.0 });
    assert_int_equal(record("bell", "1"), HEAR_EXIT_OK);
    assert_int_equal(load(after, RATE, "bell/0001.wav"), n);
    assert_memory_equal(before, after, n * sizeof before[0]);
    assert_int_equal(load(after, RATE, "bell/0003.wav"), RATE / 4);
}

static void test_a_device_that_goes_away_leaves_no_half_a_clip(void **state)
{
    (void)state;
    float clip[RATE];
    stub_begin(&one);
    stub_play(&(stub_script){ .samples = sound, .n_frames = RATE / 8, .pace = 1.0, .lose = true });
    assert_int_equal(record("gone", "1"), HEAR_EXIT_DEVICE);
    assert_int_equal(load(clip, RATE, "gone/0001.wav"), 0);
    assert_int_equal(stub_n_open(), 0);
}

static void test_a_label_is_the_name_of_a_folder(void **state)
{
    (void)state;
    stub_begin(&one);
    assert_int_equal(record("../up", "1"), HEAR_EXIT_USAGE);
    assert_int_equal(record(".hidden", "1"), HEAR_EXIT_USAGE);
    assert_int_equal(record("a\xe2\x80\xae"
                            "b",
                            "1"),
                     HEAR_EXIT_USAGE);
    assert_int_equal(stub_n_open(), 0);
}

/* Five clips of what is played become a label of a model on the tests' own network. */
static void test_clips_from_the_microphone_are_enrolled(void **state)
{
    (void)state;
    char command[512], head[192], models[128];
    snprintf(models, sizeof models, "%s/hearsay/models", folder);
    snprintf(head, sizeof head, "%s/mine.onnx", models);
    snprintf(command, sizeof command, "mkdir -p '%s' && '%s/tests/cli/make_backbone' '%s' tiny",
             models, test_builddir(), models);
    assert_int_equal(system(command), 0);
    assert_int_equal(setenv("XDG_DATA_HOME", folder, 1), 0);
    char *argv[] = { (char *)"enrol", (char *)"-m", (char *)"tiny", (char *)"--label",
                     (char *)"hiss",  (char *)"-n", (char *)"4",    (char *)"--seconds",
                     (char *)"0.4",   NULL };
    stub_begin(&one);
    stub_play(&(stub_script){ .samples = sound, .n_frames = N, .pace = 4.0 });
    assert_int_equal(hear_cmd_enrol.run(&hear_cmd_enrol, 9, argv), HEAR_EXIT_USAGE); /* too few */
    assert_int_not_equal(access(head, F_OK), 0);
    argv[6] = (char *)"5";
    stub_begin(&one);
    stub_play(&(stub_script){ .samples = sound, .n_frames = N, .pace = 4.0 });
    assert_int_equal(hear_cmd_enrol.run(&hear_cmd_enrol, 9, argv), HEAR_EXIT_OK);
    assert_int_equal(stub_n_open(), 0);
    assert_int_equal(access(head, F_OK), 0);
    char *list[] = { (char *)"enrol", (char *)"--list", NULL };
    assert_int_equal(hear_cmd_enrol.run(&hear_cmd_enrol, 2, list), HEAR_EXIT_OK);
}

int main(void)
{
    uint32_t seed = 1;
    for (size_t i = 0; i < N; i++) {
        seed = seed * 1664525u + 1013904223u;
        sound[i] = ((float)(seed >> 16) - 32768.0f) / 65536.0f;
    }
    const int null = open("/dev/null", O_RDONLY);
    if (null < 0 || dup2(null, STDIN_FILENO) < 0 || !mkdtemp(folder))
        return 99;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_clips_hold_what_was_played_in_order),
        cmocka_unit_test(test_a_number_that_is_taken_is_left_alone),
        cmocka_unit_test(test_a_device_that_goes_away_leaves_no_half_a_clip),
        cmocka_unit_test(test_a_label_is_the_name_of_a_folder),
        cmocka_unit_test(test_clips_from_the_microphone_are_enrolled),
    };
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    char command[128];
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return system(command) != 0 ? 99 : failed;
}
