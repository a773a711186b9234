/* test_devices.c - which microphone a name means, and how it is opened. */
#include "test.h"

#include "base/clock.h"
#include "io/source_portaudio.h"
#include "portaudio_stub.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const double only_48k[] = { 48000, 0 }, only_8k[] = { 8000, 0 }, odd_only[] = { 12345, 0 };
static const char *const apis[] = { "ALSA", "JACK Audio Connection Kit", "OSS", NULL };
static const stub_device devices[] = {
    { .name = "HDA Intel PCH: ALC257 Analog (hw:0,0)", .n_channels = 2, .rate_hz = 44100 },
    { .name = "HDA Intel PCH: HDMI 0 (hw:0,3)", .n_channels = 0, .rate_hz = 44100 },
    { .name = "USB Audio: - (hw:1,0)", .n_channels = 1, .rate_hz = 48000, .rates = only_48k },
    { .name = "USB Audio: - (hw:2,0)", .n_channels = 4, .rate_hz = 48000, .min_channels = 4 },
    { .name = "default", .n_channels = 32, .rate_hz = 44100 },
    { .name = "system", .api = 1, .n_channels = 2, .rate_hz = 48000 },
    { .name = "default", .api = 1, .n_channels = 2, .rate_hz = 48000 },
    { .name = "old card", .api = 0, .n_channels = 1, .rate_hz = 44100, .rates = only_8k },
    { .name = "strange", .api = 0, .n_channels = 1, .rate_hz = 44100, .rates = odd_only },
    { .name = "taken", .api = 0, .n_channels = 1, .rate_hz = 44100, .busy = true },
    { .name = "ALSA:trap", .api = 1, .n_channels = 1, .rate_hz = 44100 },
};
static const stub_setup several = { .apis = apis,
                                    .devices = devices,
                                    .n_devices = sizeof devices / sizeof devices[0],
                                    .default_device = 4 };
static hear_error err;

static int index_of(const char *name)
{
    hear_mic *mic;
    const hear_status status = hear_mic_open(&mic, name, 0, &err);
    if (status != HEAR_OK) {
        assert_int_equal(status, HEAR_ERR_DEVICE);
        assert_null(mic);
        assert_int_equal(stub_n_open(), 0);
        return -1;
    }
    const int index = hear_mic_device(mic)->index;
    hear_mic_close(mic);
    assert_int_equal(stub_n_open(), 0);
    return index;
}

static void test_a_name_means_one_device(void **state)
{
    (void)state;
    stub_begin(&several);
    static const struct {
        const char *name;
        int index;
    } cases[] = {
        { NULL, 4 },
        { "0", 0 },
        { "5", 5 },
        { "default", 4 }, /* of the default host API */
        { "HDA Intel PCH: ALC257 Analog (hw:0,0)", 0 },
        { "hw:0,0", 0 },    /* a colon, but no host API of that name */
        { "hda intel", 0 }, /* the other one has no inputs */
        { "hw:2", 3 },
        { "usb audio: - (HW:1", 2 },
        { "ALSA:hw:1", 2 },
        { "alsa:default", 4 },
        { "JACK Audio Connection Kit:default", 6 },
        { "jack audio connection kit:sys", 5 },
        { "JACK Audio Connection Kit:", 5 }, /* its default */
        { "ALSA:trap", 10 },                 /* a whole name comes first */
        { "trap", 10 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const int index = index_of(cases[i].name);
        if (index != cases[i].index)
            fail_msg("%s is %d: %s", cases[i].name, index, err.text);
    }
}

static void test_what_means_none_or_several_is_said(void **state)
{
    (void)state;
    stub_begin(&several);
    static const struct {
        const char *name, *text;
    } cases[] = {
        { "none", "no input device of that name (see hearsay devices)" },
        { "HDMI", "no input device of that name (see hearsay devices)" },
        { "ALSA:system", "no input device of that name (see hearsay devices)" },
        { "1", "no input device of that number (see hearsay devices)" },
        { "99", "no input device of that number (see hearsay devices)" },
        { "99999999999", "no input device of that number (see hearsay devices)" },
        { "OSS:", "that host API has no input device" },
        { "USB", "\"USB\" fits 2 devices: 2 \"ALSA:USB Audio: - (hw:1,0)\", "
                 "3 \"ALSA:USB Audio: - (hw:2,0)\"" },
        { "taken", "taken: Device unavailable" },
        { "strange", "strange: Invalid sample rate" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(index_of(cases[i].name), -1);
        assert_string_equal(err.text, cases[i].text);
    }
    assert_int_equal(index_of("a"), -1);
    assert_non_null(strstr(err.text, "fits 9 devices: 0 \"ALSA:HDA"));

    stub_setup other = several;
    other.default_device = -1;
    stub_begin(&other);
    assert_int_equal(index_of(NULL), -1);
    assert_string_equal(err.text, "no input device");
    other.n_devices = 0;
    stub_begin(&other);
    hear_device *list;
    size_t n;
    assert_int_equal(hear_devices_list(&list, &n, &err), HEAR_OK);
    assert_int_equal(n, 0);
    assert_null(list);
    other.broken = true;
    stub_begin(&other);
    assert_int_equal(hear_devices_list(&list, &n, &err), HEAR_ERR_DEVICE);
    assert_int_equal(index_of("x"), -1);
    assert_string_equal(err.text, "PortAudio: Internal PortAudio error");
}

static void test_only_devices_with_inputs_are_listed(void **state)
{
    (void)state;
    stub_begin(&several);
    hear_device *list;
    size_t n;
    assert_int_equal(hear_devices_list(&list, &n, NULL), HEAR_OK);
    assert_int_equal(n, 10);
    assert_int_equal(list[1].index, 2);
    assert_string_equal(list[1].name, "USB Audio: - (hw:1,0)");
    assert_string_equal(list[1].host_api, "ALSA");
    assert_true(list[1].n_channels == 1 && list[1].rate_hz == 48000.0 && !list[1].is_default);
    assert_true(list[3].is_default);
    free(list);
    assert_int_equal(stub_n_open(), 0);
}

static void test_a_rate_that_is_refused_is_no_error(void **state)
{
    (void)state;
    stub_begin(&several);
    static const struct {
        const char *name;
        uint32_t want, got;
    } cases[] = {
        { "default", 16000, 16000 }, { "default", 0, 44100 }, { "hw:1,0", 16000, 48000 },
        { "hw:1,0", 0, 48000 },      { "old card", 0, 8000 }, { "hw:2,0", 0, 48000 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        hear_mic *mic;
        assert_int_equal(hear_mic_open(&mic, cases[i].name, cases[i].want, NULL), HEAR_OK);
        assert_int_equal(hear_mic_rate_hz(mic), cases[i].got);
        assert_close(hear_mic_latency_s(mic), 0.1, 1e-9);
        assert_false(hear_mic_running(mic));
        hear_mic_close(mic);
    }
}

typedef struct {
    size_t n;
    float samples[20000];
} heard;

static void hear(void *user, const float *mono, size_t n)
{
    heard *h = user;
    test_forbid_heap();
    if (h->n + n <= sizeof h->samples / sizeof h->samples[0])
        memcpy(h->samples + h->n, mono, n * sizeof *mono);
    h->n += n;
    test_allow_heap();
}

static float sound[16000];
static heard got;

static void wait_until_played(void)
{
    while (!stub_played())
        usleep(1000);
}

static void test_channels_arrive_as_their_mean_bit_for_bit(void **state)
{
    (void)state;
    stub_begin(&several);
    for (size_t i = 0; i < 16000; i++)
        sound[i] = sinf((float)i * 0.01f);
    const char *const names[] = { "hw:1,0", "hw:0,0" }; /* one channel, two */
    for (size_t i = 0; i < 2; i++) {
        hear_mic *mic;
        assert_int_equal(hear_mic_open(&mic, names[i], 0, NULL), HEAR_OK);
        stub_play(&(stub_script){ .samples = sound, .n_frames = 16000 });
        got.n = 0;
        assert_int_equal(hear_mic_start(mic, hear, &got, NULL), HEAR_OK);
        wait_until_played();
        assert_true(hear_mic_running(mic));
        uint64_t n;
        double lost_s;
        hear_mic_overflows(mic, &n, &lost_s);
        assert_int_equal(n, 0);
        hear_mic_close(mic);
        assert_int_equal(got.n, 16000);
        assert_memory_equal(got.samples, sound, sizeof sound);
    }
}

static void test_overflows_are_counted_and_estimated(void **state)
{
    (void)state;
    stub_begin(&several);
    hear_mic *mic;
    assert_int_equal(hear_mic_open(&mic, "hw:1,0", 0, NULL), HEAR_OK);
    stub_play(&(stub_script){
        .samples = sound, .n_frames = 16000, .overflow_at = 5000, .overflow_samples = 4800 });
    got.n = 0;
    assert_int_equal(hear_mic_start(mic, hear, &got, NULL), HEAR_OK);
    wait_until_played();
    uint64_t n;
    double lost_s;
    hear_mic_overflows(mic, &n, &lost_s);
    assert_int_equal(n, 1);
    assert_close(lost_s, 0.1, 1e-6); /* 4800 at 48 kHz */
    hear_mic_close(mic);
}

static void test_a_device_that_goes_away_or_falls_silent_is_noticed(void **state)
{
    (void)state;
    stub_begin(&several);
    for (int lose = 0; lose < 2; lose++) {
        hear_mic *mic;
        assert_int_equal(hear_mic_open(&mic, NULL, 0, NULL), HEAR_OK);
        stub_play(&(stub_script){ .samples = sound, .n_frames = 1000, .lose = lose });
        got.n = 0;
        assert_int_equal(hear_mic_start(mic, hear, &got, NULL), HEAR_OK);
        wait_until_played();
        assert_int_equal(hear_mic_running(mic), !lose);
        if (!lose) {
            usleep(2100000);
            assert_true(hear_mic_running(mic)); /* nobody asked: the program was stopped */
            const uint64_t start_ns = hear_now_ns();
            while (hear_mic_running(mic))
                usleep(50000);
            assert_true(hear_now_ns() - start_ns >= 1900000000u);
        }
        hear_mic_close(mic);
    }
}

static void test_no_chatter_reaches_descriptor_2(void **state)
{
    (void)state;
    const int kept = dup(2);
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    dup2(ends[1], 2);
    stub_begin(&several);
    hear_device *list;
    size_t n;
    const hear_status listed = hear_devices_list(&list, &n, NULL);
    free(list);
    const int none = index_of("none"), one = index_of("0");
    hear_mic *mic;
    const hear_status opened = hear_mic_open(&mic, NULL, 0, NULL);
    stub_play(&(stub_script){ .samples = sound, .n_frames = 1000, .lose = true });
    const hear_status started = hear_mic_start(mic, hear, &got, NULL);
    wait_until_played();
    hear_mic_close(mic);
    const ssize_t said = write(2, "x", 1);
    dup2(kept, 2);
    close(kept);
    assert_true(listed == HEAR_OK && opened == HEAR_OK && started == HEAR_OK);
    assert_true(none == -1 && one == 0 && said == 1);
    char text[256];
    assert_int_equal(read(ends[0], text, sizeof text), 1);
    close(ends[0]);
    close(ends[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_name_means_one_device),
        cmocka_unit_test(test_what_means_none_or_several_is_said),
        cmocka_unit_test(test_only_devices_with_inputs_are_listed),
        cmocka_unit_test(test_a_rate_that_is_refused_is_no_error),
        cmocka_unit_test(test_channels_arrive_as_their_mean_bit_for_bit),
        cmocka_unit_test(test_overflows_are_counted_and_estimated),
        cmocka_unit_test(test_a_device_that_goes_away_or_falls_silent_is_noticed),
        cmocka_unit_test(test_no_chatter_reaches_descriptor_2),
    };
    return cmocka_run_group_tests_name("devices", tests, NULL, NULL);
}
