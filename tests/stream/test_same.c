/* test_same.c - the same samples give the same bytes by every way into the program. */
#include "test.h"

#include "base/thread.h"
#include "hearsay/classifier.h"
#include "io/sink.h"
#include "io/source.h"
#include "io/source_portaudio.h"
#include "portaudio_stub.h"
#include "small_model.h"
#include "stream/pipeline.h"

#include <fcntl.h>
#include <sndfile.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { N = 150011, MAX_BYTES = 200000 };

static hear_model *model;
static float sound[N];
static char path[64];

typedef struct {
    hear_sink *sink;
    int fd;
    size_t n;
    char bytes[MAX_BYTES];
} output;

static output expected, got;

static void begin(output *o, const char *format)
{
    char name[] = "/tmp/hearsay-same-XXXXXX";
    o->fd = mkstemp(name);
    assert_true(o->fd >= 0);
    unlink(name);
    const hear_sink_config config = { .format = format, .fd = o->fd, .top = 3 };
    assert_int_equal(hear_sink_create(&o->sink, model, &config, NULL), HEAR_OK);
    assert_int_equal(hear_sink_begin(o->sink, NULL), HEAR_OK);
}

static void take(void *user, const hear_window_result *r)
{
    output *o = user;
    assert_int_equal(hear_sink_window(o->sink, "sound", r, NULL), HEAR_OK);
}

static void end(output *o)
{
    hear_sink_destroy(o->sink);
    const ssize_t n = pread(o->fd, o->bytes, sizeof o->bytes, 0);
    close(o->fd);
    assert_true(n > 100 && n < MAX_BYTES);
    o->n = (size_t)n;
}

static void assert_same(void)
{
    assert_int_equal(got.n, expected.n);
    assert_memory_equal(got.bytes, expected.bytes, got.n);
}

/* As classify does it: one thread, from a file or a pipe. */
static void classify(output *o, const char *from, size_t block, const char *format)
{
    begin(o, format);
    hear_source *s;
    const hear_source_config config = { 0 };
    assert_int_equal(hear_source_open(&s, from, &config, NULL), HEAR_OK);
    hear_classifier *c;
    const hear_classifier_config c_config = { .rate_hz = hear_source_rate_hz(s) };
    assert_int_equal(hear_classifier_create(&c, model, &c_config, NULL), HEAR_OK);
    static float samples[N];
    size_t n;
    do {
        assert_int_equal(hear_source_read(s, samples, block, &n, NULL), HEAR_OK);
        hear_classifier_write(c, samples, n, take, o);
    } while (n > 0);
    hear_classifier_finish(c, take, o);
    hear_classifier_destroy(c);
    hear_source_close(s);
    end(o);
}

static void *feed_fifo(void *arg)
{
    test_heap_exempt_thread();
    static char bytes[4 * N];
    FILE *f = fopen(path, "rb");
    const size_t n = f ? fread(bytes, 1, sizeof bytes, f) : 0;
    if (f)
        fclose(f);
    const int fd = open(arg, O_WRONLY);
    size_t piece = 1;
    for (size_t at = 0; at < n; at += piece) {
        piece = piece * 31 % 5003 + 1;
        piece = piece < n - at ? piece : n - at;
        if (write(fd, bytes + at, piece) != (ssize_t)piece)
            break;
    }
    close(fd);
    return NULL;
}

static void by_pipe(const char *format)
{
    char fifo[80];
    snprintf(fifo, sizeof fifo, "%s.fifo", path);
    assert_int_equal(mkfifo(fifo, 0600), 0);
    pthread_t thread;
    assert_int_equal(hear_thread_start(&thread, feed_fifo, fifo), 0);
    classify(&got, fifo, 4096, format);
    pthread_join(thread, NULL);
    unlink(fifo);
    assert_same();
}

static void *feed_pipeline(void *arg)
{
    test_heap_exempt_thread();
    hear_pipeline *p = arg;
    hear_source *s;
    const hear_source_config config = { 0 };
    static float samples[1000];
    size_t n = 1;
    if (hear_source_open(&s, path, &config, NULL) != HEAR_OK)
        return NULL;
    while (n > 0 && hear_source_read(s, samples, 1000, &n, NULL) == HEAR_OK)
        hear_pipeline_write(p, samples, n);
    hear_pipeline_end(p);
    hear_source_close(s);
    return NULL;
}

static void read_all(hear_pipeline *p)
{
    hear_window_result r;
    while (hear_pipeline_read(p, &r, -1) == HEAR_READ_RESULT)
        take(&got, &r);
}

static void by_threads(uint32_t rate_hz, const char *format)
{
    begin(&got, format);
    hear_pipeline *p;
    const hear_pipeline_config config = { .model = model, .rate_hz = rate_hz };
    assert_int_equal(hear_pipeline_create(&p, &config, NULL), HEAR_OK);
    assert_int_equal(hear_pipeline_start(p, NULL), HEAR_OK);
    pthread_t thread;
    assert_int_equal(hear_thread_start(&thread, feed_pipeline, p), 0);
    read_all(p);
    pthread_join(thread, NULL);
    hear_pipeline_destroy(p);
    end(&got);
    assert_same();
}

static void hear_microphone(void *user, const float *mono, size_t n)
{
    hear_pipeline_write(user, mono, n);
}

static void *end_when_played(void *arg)
{
    test_heap_exempt_thread();
    while (!stub_played())
        usleep(1000);
    hear_pipeline_end(arg);
    return NULL;
}

/* The live path: odd blocks at `pace` times real time; false where the machine was too busy. */
static bool by_microphone(uint32_t rate_hz, double pace, const char *format)
{
    begin(&got, format);
    hear_mic *mic;
    assert_int_equal(hear_mic_open(&mic, NULL, 16000, NULL), HEAR_OK);
    assert_int_equal(hear_mic_rate_hz(mic), rate_hz);
    hear_pipeline *p;
    const hear_pipeline_config config = {
        .model = model, .rate_hz = rate_hz, .live = true, .ring_s = 15.0
    };
    assert_int_equal(hear_pipeline_create(&p, &config, NULL), HEAR_OK);
    assert_int_equal(hear_pipeline_start(p, NULL), HEAR_OK);
    stub_play(&(stub_script){ .samples = sound, .n_frames = N, .pace = pace });
    assert_int_equal(hear_mic_start(mic, hear_microphone, p, NULL), HEAR_OK);
    pthread_t thread;
    assert_int_equal(hear_thread_start(&thread, end_when_played, p), 0);
    read_all(p);
    pthread_join(thread, NULL);
    hear_mic_close(mic);
    hear_pipeline_snapshot s;
    hear_pipeline_snapshot_get(p, &s);
    hear_pipeline_destroy(p);
    end(&got);
    assert_true(s.lost_s == 0.0);
    if (s.n_skipped > 0 || s.n_dropped > 0)
        return false;
    assert_same();
    return true;
}

static void test_every_way_gives_the_same_bytes(void **state)
{
    (void)state;
    static const struct {
        uint32_t rate_hz;
        double rates[2];
        int n_channels;
        const char *format;
    } cases[] = {
        { 16000, { 16000 }, 1, "jsonl" },
        { 48000, { 48000 }, 2, "tsv" },
        { 44100, { 44100 }, 2, "text" },
    };
    static const char *const apis[] = { "ALSA", NULL };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        SF_INFO info = { .samplerate = (int)cases[i].rate_hz,
                         .channels = 1,
                         .format = SF_FORMAT_WAV | SF_FORMAT_PCM_16 };
        SNDFILE *f = sf_open(path, SFM_WRITE, &info);
        assert_non_null(f);
        assert_int_equal(sf_write_float(f, sound, N), N);
        sf_close(f);

        classify(&expected, path, 8192, cases[i].format);
        classify(&got, path, 1, cases[i].format);
        assert_same();
        classify(&got, path, N, cases[i].format);
        assert_same();
        by_pipe(cases[i].format);
        by_threads(cases[i].rate_hz, cases[i].format);

        const stub_device device = { .name = "mic",
                                     .n_channels = cases[i].n_channels,
                                     .rate_hz = cases[i].rate_hz,
                                     .rates = cases[i].rates };
        stub_begin(&(stub_setup){ .apis = apis, .devices = &device, .n_devices = 1 });
        bool heard = false;
        for (double pace = 16.0; pace >= 1.0 && !heard; pace /= 4.0)
            heard = by_microphone(cases[i].rate_hz, pace, cases[i].format);
        assert_true(heard);
    }
}

static void test_patches_give_the_same_bytes_too(void **state)
{
    hear_model *const whole = model;
    model = small_patch_model(HEAR_LAYOUT_MEL_TIME);
    test_every_way_gives_the_same_bytes(state);
    hear_model_close(model);
    model = whole;
}

static int prepare(void **state)
{
    (void)state;
    model = small_model(0, HEAR_LAYOUT_TIME_MEL);
    small_sound(sound, N);
    snprintf(path, sizeof path, "/tmp/hearsay-same-XXXXXX");
    const int fd = mkstemp(path);
    return fd < 0 ? -1 : close(fd);
}

static int tidy(void **state)
{
    (void)state;
    hear_model_close(model);
    return unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_way_gives_the_same_bytes),
        cmocka_unit_test(test_patches_give_the_same_bytes_too),
    };
    return cmocka_run_group_tests_name("same", tests, prepare, tidy);
}
