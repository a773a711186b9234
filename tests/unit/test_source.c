/* test_source.c - sound files, pipes and raw samples as mono samples. */
#include "test.h"

#include "base/thread.h"
#include "io/input.h"
#include "io/source.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sndfile.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { N = 44100, MAX = 100000 };

static char folder[] = "/tmp/hearsay-source-XXXXXX";
static float sound[3 * N];

static const char *in_folder(const char *name)
{
    static char paths[4][128];
    static int next;
    char *const path = paths[next++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", folder, name);
    return path;
}

/* A second of two sines that no two channels share, never 0 for long. */
static void make_file(const char *name, int format, int rate, int channels)
{
    SF_INFO info = { .samplerate = rate, .channels = channels, .format = format };
    SNDFILE *f = sf_open(in_folder(name), SFM_WRITE, &info);
    assert_non_null(f);
    for (int i = 0; i < N; i++)
        for (int c = 0; c < channels; c++)
            sound[i * channels + c] = 0.4f * sinf(0.05f * (float)(i * (c + 1)) + 0.3f);
    assert_int_equal(sf_writef_float(f, sound, N), N);
    sf_close(f);
}

static unsigned char bytes[4 * MAX];

static size_t load(const char *path)
{
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    const size_t n = fread(bytes, 1, sizeof bytes, f);
    assert_true(n < sizeof bytes);
    fclose(f);
    return n;
}

static void save(const char *path, size_t n)
{
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(bytes, 1, n, f), n);
    fclose(f);
}

typedef struct {
    hear_status status;
    uint32_t rate_hz;
    double duration_s;
    size_t n;
    float samples[MAX];
    hear_error err;
} heard;

static void hear(heard *h, const char *path, const hear_source_config *config, size_t block)
{
    hear_source *s;
    h->n = 0;
    memset(&h->err, 0, sizeof h->err);
    h->status = hear_source_open(&s, path, config, &h->err);
    if (h->status != HEAR_OK) {
        assert_null(s);
        return;
    }
    h->rate_hz = hear_source_rate_hz(s);
    h->duration_s = hear_source_duration_s(s);
    size_t got;
    do {
        assert_true(h->n + block <= MAX);
        h->status = hear_source_read(s, h->samples + h->n, block, &got, &h->err);
        h->n += got;
    } while (h->status == HEAR_OK && got > 0);
    hear_source_close(s);
}

/* Writes the file that `bytes` holds into a pipe, in odd pieces. */
typedef struct {
    const char *to; /* a FIFO, or NULL for fd */
    int fd;
    size_t n;
    pthread_t thread;
} feeder;

static void *feed(void *arg)
{
    test_heap_exempt_thread();
    feeder *f = arg;
    const int fd = f->to ? open(f->to, O_WRONLY) : f->fd;
    size_t piece = 1;
    for (size_t at = 0; at < f->n; piece = piece * 7 % 1013 + 1) {
        const size_t n = piece < f->n - at ? piece : f->n - at;
        const ssize_t w = write(fd, bytes + at, n);
        if (w < 0)
            break;
        at += (size_t)w;
    }
    close(fd);
    return NULL;
}

static void hear_fifo(heard *h, size_t n_bytes, const hear_source_config *config, size_t block)
{
    const char *const path = in_folder("fifo");
    assert_int_equal(mkfifo(path, 0600), 0);
    feeder f = { .to = path, .n = n_bytes };
    assert_int_equal(hear_thread_start(&f.thread, feed, &f), 0);
    hear(h, path, config, block);
    pthread_join(f.thread, NULL);
    unlink(path);
}

static const hear_source_config whole = { 0 };
static heard a, b;

static void assert_same(void)
{
    assert_int_equal(a.status, HEAR_OK);
    assert_int_equal(b.status, HEAR_OK);
    assert_int_equal(a.n, b.n);
    assert_memory_equal(a.samples, b.samples, a.n * sizeof a.samples[0]);
}

static const struct {
    const char *name;
    int format;
} formats[] = {
    { "a.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_16 },
    { "a24.wav", SF_FORMAT_WAVEX | SF_FORMAT_PCM_24 },
    { "af.wav", SF_FORMAT_WAV | SF_FORMAT_FLOAT },
    { "arifx.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_16 | SF_ENDIAN_BIG },
    { "agsm.wav", SF_FORMAT_WAV | SF_FORMAT_GSM610 },
    { "aima.wav", SF_FORMAT_WAV | SF_FORMAT_IMA_ADPCM },
    { "a.aiff", SF_FORMAT_AIFF | SF_FORMAT_PCM_16 },
    { "a.au", SF_FORMAT_AU | SF_FORMAT_ULAW },
    { "a.flac", SF_FORMAT_FLAC | SF_FORMAT_PCM_16 },
    { "a.ogg", SF_FORMAT_OGG | SF_FORMAT_VORBIS },
    { "a.mp3", SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III },
    { "a.caf", SF_FORMAT_CAF | SF_FORMAT_PCM_16 },
    { "a.rf64", SF_FORMAT_RF64 | SF_FORMAT_PCM_16 },
    { "a.w64", SF_FORMAT_W64 | SF_FORMAT_PCM_16 },
    { "a.voc", SF_FORMAT_VOC | SF_FORMAT_PCM_16 },
};

static void test_a_pipe_gives_the_same_samples_as_the_file(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++) {
        SF_INFO info = { .samplerate = N, .channels = 1, .format = formats[i].format };
        if (!sf_format_check(&info)) {
            print_message("not here: %s\n", formats[i].name);
            continue;
        }
        print_message("%s\n", formats[i].name);
        make_file(formats[i].name, formats[i].format, N, 1);
        hear(&a, in_folder(formats[i].name), &whole, 1000);
        assert_true(a.n >= N);
        hear_fifo(&b, load(in_folder(formats[i].name)), &whole, 777);
        assert_same();
    }
}

static void test_standard_input_is_read_like_a_pipe(void **state)
{
    (void)state;
    make_file("a.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_16, N, 1);
    hear(&a, in_folder("a.wav"), &whole, 1000);
    const int kept = dup(STDIN_FILENO);
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(dup2(ends[0], STDIN_FILENO), STDIN_FILENO);
    close(ends[0]);
    feeder f = { .fd = ends[1], .n = load(in_folder("a.wav")) };
    assert_int_equal(hear_thread_start(&f.thread, feed, &f), 0);
    hear(&b, "-", &whole, 4096);
    pthread_join(f.thread, NULL);
    assert_same();

    const int file = open(in_folder("a.wav"), O_RDONLY);
    assert_int_equal(dup2(file, STDIN_FILENO), STDIN_FILENO);
    close(file);
    hear(&b, "-", &whole, 4096);
    assert_same();
    if (kept >= 0) {
        dup2(kept, STDIN_FILENO);
        close(kept);
    }
}

/* What ffmpeg, sox, arecord and others write where they cannot go back. */
/* libsndfile closes the descriptor of what it cannot read: closed once more by us, it would be
 * another thread's by then. */
static void test_what_is_refused_leaves_the_descriptor_open(void **state)
{
    (void)state;
    static const char *const heads[] = { "no sound", "RIFF0000WAVEfmt and more than enough of it",
                                         "fLaC and more than enough of it, up to here" };
    const int kept = dup(STDIN_FILENO);
    for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++) {
        memcpy(bytes, heads[i], strlen(heads[i]));
        save(in_folder("refused"), strlen(heads[i]));
        const int file = open(in_folder("refused"), O_RDONLY);
        assert_int_equal(dup2(file, STDIN_FILENO), STDIN_FILENO);
        close(file);
        const hear_source_config config = { .raw = NULL };
        hear_source *s = NULL;
        assert_int_equal(hear_source_open(&s, "-", &config, NULL), HEAR_ERR_DATA);
        assert_true(fcntl(STDIN_FILENO, F_GETFD) >= 0);
    }
    if (kept >= 0) {
        dup2(kept, STDIN_FILENO);
        close(kept);
    }
}

static void test_streaming_wav_lengths_reach_to_the_end(void **state)
{
    (void)state;
    static const struct {
        unsigned char riff[4], data[4];
    } lengths[] = {
        { { 0, 0, 0, 0 }, { 0, 0, 0, 0 } },
        { { 36, 0, 0, 0 }, { 0, 0, 0, 0 } },
        { { 255, 255, 255, 255 }, { 0, 0, 0, 0 } },
        { { 255, 255, 255, 255 }, { 255, 255, 255, 255 } },
        { { 0xf6, 0xff, 0xff, 0x7f }, { 0xd2, 0xff, 0xff, 0x7f } },
        { { 0, 0, 0, 0x80 }, { 0xdc, 0xff, 0xff, 0x7f } },
    };
    make_file("a.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_16, N, 1);
    hear(&a, in_folder("a.wav"), &whole, 1000);
    assert_int_equal(a.n, N);
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        const size_t n = load(in_folder("a.wav"));
        assert_memory_equal(bytes + 36, "data", 4);
        memcpy(bytes + 4, lengths[i].riff, 4);
        memcpy(bytes + 40, lengths[i].data, 4);
        hear_fifo(&b, n, &whole, 4096);
        assert_same();
        assert_true(b.duration_s < 0.0);
        save(in_folder("s.wav"), n);
        hear(&b, in_folder("s.wav"), &whole, 4096);
        assert_same();
    }
}

static void test_a_recording_of_no_length_is_empty(void **state)
{
    (void)state;
    make_file("a.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_16, N, 1);
    load(in_folder("a.wav"));
    memcpy(bytes + 4, "\x30\0\0\0", 4); /* 36 of the header and 12 of what follows */
    memcpy(bytes + 40, "\0\0\0\0LIST\x04\0\0\0abcd", 16);
    save(in_folder("empty.wav"), 56);
    hear(&a, in_folder("empty.wav"), &whole, 100);
    assert_int_equal(a.status, HEAR_OK);
    assert_int_equal(a.n, 0);
    hear_fifo(&b, 56, &whole, 100);
    assert_int_equal(b.status, HEAR_OK);
    assert_int_equal(b.n, 0);
}

static void test_channels_are_mixed_to_their_mean(void **state)
{
    (void)state;
    make_file("three.wav", SF_FORMAT_WAV | SF_FORMAT_FLOAT, N, 3);
    hear(&a, in_folder("three.wav"), &whole, 999);
    assert_int_equal(a.n, N);
    for (int i = 0; i < N; i += 1001)
        assert_close(a.samples[i], (sound[3 * i] + sound[3 * i + 1] + sound[3 * i + 2]) / 3.0f,
                     1e-6);
    bytes[0] = 0x00, bytes[1] = 0x40, bytes[2] = 0x00, bytes[3] = 0xc0; /* 0.5 and -0.5 */
    bytes[4] = 0xff, bytes[5] = 0x7f, bytes[6] = 0x01, bytes[7] = 0x00; /* 32767 and 1 */
    bytes[8] = 0x00, bytes[9] = 0x80, bytes[10] = 0x00, bytes[11] = 0x80;
    save(in_folder("two.raw"), 15); /* three frames and most of a fourth */
    hear_raw_spec raw;
    assert_int_equal(hear_raw_parse(&raw, "16000:2:s16le", NULL), HEAR_OK);
    hear(&a, in_folder("two.raw"), &(hear_source_config){ .raw = &raw }, 100);
    assert_int_equal(a.n, 3);
    assert_true(a.samples[0] == 0.0f && a.samples[1] == 0.5f && a.samples[2] == -1.0f);
}

static void test_start_and_duration_cut_at_the_sample(void **state)
{
    (void)state;
    const hear_source_config part = { .start_s = 0.25, .duration_s = 0.5 };
    const char *const names[] = { "a.wav", "a.flac", "a.ogg" };
    const int kinds[] = { SF_FORMAT_WAV | SF_FORMAT_PCM_16, SF_FORMAT_FLAC | SF_FORMAT_PCM_16,
                          SF_FORMAT_OGG | SF_FORMAT_VORBIS };
    for (size_t i = 0; i < 3; i++) {
        make_file(names[i], kinds[i], N, 1);
        hear(&a, in_folder(names[i]), &whole, 1000);
        hear(&b, in_folder(names[i]), &part, 1000);
        assert_int_equal(b.status, HEAR_OK);
        assert_int_equal(b.n, N / 2);
        assert_close(b.duration_s, 0.5, 1e-9);
        assert_memory_equal(b.samples, a.samples + N / 4, b.n * sizeof b.samples[0]);
        hear_fifo(&b, load(in_folder(names[i])), &part, 333);
        assert_int_equal(b.n, N / 2);
        assert_memory_equal(b.samples, a.samples + N / 4, b.n * sizeof b.samples[0]);
        hear(&b, in_folder(names[i]), &(hear_source_config){ .start_s = 5.0 }, 1000);
        assert_int_equal(b.status, HEAR_ERR_DATA);
        assert_string_equal(b.err.text, "ends at 1.000 s; nothing is left behind 5.000 s");
        assert_int_equal(b.n, 0);
        assert_close(b.duration_s, 0.0, 0.0);
    }
    assert_int_equal(hear_source_open(&(hear_source *){ NULL }, "x",
                                      &(hear_source_config){ .start_s = NAN }, NULL),
                     HEAR_ERR_ARG);
}

static void test_a_truncated_file_gives_what_is_there_and_then_an_error(void **state)
{
    (void)state;
    static const char *const names[] = { "a.wav", "a.aiff", "a.au", "a.flac", "a.rf64", "a.w64" };
    const int kinds[] = { SF_FORMAT_WAV | SF_FORMAT_PCM_16,  SF_FORMAT_AIFF | SF_FORMAT_PCM_16,
                          SF_FORMAT_AU | SF_FORMAT_PCM_16,   SF_FORMAT_FLAC | SF_FORMAT_PCM_16,
                          SF_FORMAT_RF64 | SF_FORMAT_PCM_16, SF_FORMAT_W64 | SF_FORMAT_PCM_16 };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        make_file(names[i], kinds[i], N, 1);
        const size_t n = load(in_folder(names[i]));
        hear(&b, in_folder(names[i]), &whole, 1000);
        assert_int_equal(b.n, N);
        save(in_folder("cut"), n * 2 / 3);
        hear(&a, in_folder("cut"), &whole, 1000);
        print_message("%s: %zu samples, %s\n", names[i], a.n, a.err.text);
        assert_int_equal(a.status, HEAR_ERR_DATA);
        assert_true(a.n > N / 3 && a.n < N * 3 / 4);
        assert_memory_equal(a.samples, b.samples, a.n * sizeof a.samples[0]);
        hear_fifo(&b, n * 2 / 3, &whole, 1000);
        assert_int_equal(b.status, HEAR_ERR_DATA);
        assert_int_equal(a.n, b.n);
    }
}

static void test_what_is_no_sound_is_refused(void **state)
{
    (void)state;
    hear(&a, in_folder("none.wav"), &whole, 1);
    assert_int_equal(a.status, HEAR_ERR_NO_INPUT);
    assert_string_equal(a.err.text, "No such file or directory");
    hear(&a, folder, &whole, 1);
    assert_int_equal(a.status, HEAR_ERR_DATA);
    assert_string_equal(a.err.text, "is a folder");
    save(in_folder("nothing"), 0);
    hear(&a, in_folder("nothing"), &whole, 1);
    assert_int_equal(a.status, HEAR_ERR_DATA);
    assert_string_equal(a.err.text, "is empty");
    memset(bytes, 'x', 1000);
    save(in_folder("x"), 1000);
    hear(&a, in_folder("x"), &whole, 1);
    assert_int_equal(a.status, HEAR_ERR_DATA);
    hear_fifo(&a, 1000, &whole, 1);
    assert_int_equal(a.status, HEAR_ERR_DATA);
    hear_fifo(&a, 0, &whole, 1);
    assert_int_equal(a.status, HEAR_ERR_DATA);
    assert_string_equal(a.err.text, "is empty");
}

static void test_every_cut_of_a_header_is_survived(void **state)
{
    (void)state;
    make_file("a24.wav", SF_FORMAT_WAVEX | SF_FORMAT_PCM_24, N, 2);
    load(in_folder("a24.wav"));
    for (size_t n = 1; n < 120; n++) {
        hear_fifo(&a, n, &whole, 100);
        assert_true(a.status == HEAR_ERR_DATA || (a.status == HEAR_OK && a.n == 0));
        save(in_folder("cut"), n);
        hear(&a, in_folder("cut"), &whole, 100);
        assert_true(a.n < 20);
    }
}

static void test_absurd_headers_are_refused(void **state)
{
    (void)state;
    make_file("a.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_16, N, 1);
    load(in_folder("a.wav"));
    memcpy(bytes + 24, "\x64\0\0\0", 4);
    save(in_folder("slow.wav"), 1000);
    hear(&a, in_folder("slow.wav"), &whole, 1);
    assert_int_equal(a.status, HEAR_ERR_DATA);
    assert_string_equal(a.err.text, "a sample rate of 100 Hz; 1000 to 768000 are taken");
    load(in_folder("a.wav"));
    memcpy(bytes + 22, "\xd0\x07", 2);
    memcpy(bytes + 32, "\xa0\x0f", 2);
    memcpy(bytes + 40, "\xff\xff\xff\xff", 4);
    hear_fifo(&a, 1000, &whole, 1);
    assert_int_equal(a.status, HEAR_ERR_DATA);
    assert_string_equal(a.err.text, "2000 channels; 1 to 1024 are taken");
    save(in_folder("wide.wav"), 1000);
    hear(&a, in_folder("wide.wav"), &whole, 1);
    assert_int_equal(a.status, HEAR_ERR_DATA);
}

static void test_raw_pipes_in_odd_pieces_give_whole_frames(void **state)
{
    (void)state;
    hear_raw_spec raw = { 16000, 3, HEAR_PCM_F32LE };
    for (size_t i = 0; i < 3 * 5000; i++) {
        const float x = 0.001f * (float)(i % 997) - 0.5f;
        memcpy(bytes + 4 * i, &x, 4);
    }
    const hear_source_config config = { .raw = &raw, .start_s = 0.01, .duration_s = 0.25 };
    save(in_folder("three.raw"), 3 * 5000 * 4);
    hear(&a, in_folder("three.raw"), &config, 64);
    assert_int_equal(a.n, 4000);
    for (size_t i = 0; i < a.n; i++) { /* from frame 160 on */
        double sum = 0.0;
        for (size_t c = 0; c < 3; c++)
            sum += 0.001 * (double)((3 * (160 + i) + c) % 997) - 0.5;
        assert_close(a.samples[i], sum / 3.0, 1e-6);
    }
    hear_fifo(&b, 3 * 5000 * 4, &config, 1000);
    assert_same();
}

typedef struct {
    hear_source *source;
    int fd;
    pthread_t thread;
} breaker;

static void *interrupt_soon(void *arg)
{
    test_heap_exempt_thread();
    breaker *k = arg;
    usleep(30000);
    if (k->source)
        hear_source_interrupt(k->source);
    else if (write(k->fd, "!", 1) != 1)
        abort();
    return NULL;
}

static void test_a_read_that_waits_for_a_pipe_can_be_interrupted(void **state)
{
    (void)state;
    make_file("a.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_16, N, 1);
    load(in_folder("a.wav"));
    const char *const path = in_folder("fifo");
    const hear_raw_spec raw = { 16000, 1, HEAR_PCM_S16LE };
    for (int kind = 0; kind < 2; kind++) {
        assert_int_equal(mkfifo(path, 0600), 0);
        const int writer = open(path, O_RDWR);
        assert_int_equal(write(writer, bytes, 2044), 2044);
        hear_source *s;
        const hear_source_config config = { .raw = kind ? &raw : NULL };
        assert_int_equal(hear_source_open(&s, path, &config, NULL), HEAR_OK);
        breaker k = { .source = s };
        assert_int_equal(hear_thread_start(&k.thread, interrupt_soon, &k), 0);
        hear_status status;
        size_t n = 0, got;
        while ((status = hear_source_read(s, a.samples, 500, &got, NULL)) == HEAR_OK)
            n += got;
        assert_int_equal(status, HEAR_ERR_INTERRUPTED);
        assert_true(n <= 1022);
        assert_int_equal(hear_source_read(s, a.samples, 500, &got, NULL), HEAR_ERR_INTERRUPTED);
        pthread_join(k.thread, NULL);
        hear_source_close(s);
        close(writer);
        unlink(path);
    }
}

static void test_an_open_that_waits_for_a_header_can_be_stopped(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t n;
    } starts[] = {
        { "", 0 },
        { "RIFF\x24\0\0\0WAVEfmt ", 16 },
        { "RIFF\x24\0\1\0WAVEfmt \x10\0\0\0\1\0\1\0\x80\x3e\0\0\0\x7d\0\0\2\0\x10\0", 36 },
        { "fLaC", 4 },
        { "OggS\0\2\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1\x1e\1vorbis\0\0", 37 },
        { "ID3\3\0\0\0\0\x0f\x7f\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 37 },
    };
    const char *const path = in_folder("fifo");
    for (size_t i = 0; i < sizeof starts / sizeof starts[0]; i++) {
        assert_int_equal(mkfifo(path, 0600), 0);
        const int writer = open(path, O_RDWR);
        assert_int_equal(write(writer, starts[i].bytes, starts[i].n), starts[i].n);
        int ends[2];
        assert_int_equal(pipe(ends), 0);
        breaker k = { .fd = ends[1] };
        assert_int_equal(hear_thread_start(&k.thread, interrupt_soon, &k), 0);
        hear_source *s;
        const hear_source_config config = { .stop_fd = ends[0] };
        assert_int_equal(hear_source_open(&s, path, &config, NULL), HEAR_ERR_INTERRUPTED);
        assert_null(s);
        pthread_join(k.thread, NULL);
        close(ends[0]);
        close(ends[1]);
        close(writer);
        unlink(path);
    }
}

static void test_a_spool_is_bounded(void **state)
{
    (void)state;
    const char *const path = in_folder("fifo");
    memset(bytes, 'x', 5000);
    for (int fits = 0; fits < 2; fits++) {
        assert_int_equal(mkfifo(path, 0600), 0);
        feeder f = { .to = path, .n = 5000 };
        assert_int_equal(hear_thread_start(&f.thread, feed, &f), 0);
        hear_input *in;
        hear_error err;
        assert_int_equal(hear_input_open(&in, path, 0, NULL), HEAR_OK);
        const hear_status status = hear_input_spool(in, fits ? 5000 : 4999, &err);
        assert_int_equal(status, fits ? HEAR_OK : HEAR_ERR_DATA);
        assert_int_equal(hear_input_is_file(in), fits);
        size_t got;
        if (fits) {
            assert_int_equal(hear_input_read(in, bytes + 5000, 6000, &got, NULL), HEAR_OK);
            assert_int_equal(got, 5000);
            assert_memory_equal(bytes, bytes + 5000, 5000);
        }
        hear_input_close(in);
        pthread_join(f.thread, NULL);
        unlink(path);
    }
}

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}

static int drop_folder(void **state)
{
    (void)state;
    char command[64];
    snprintf(command, sizeof command, "rm -r '%s'", folder);
    return system(command);
}

int main(void)
{
    signal(SIGPIPE, SIG_IGN);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_pipe_gives_the_same_samples_as_the_file),
        cmocka_unit_test(test_standard_input_is_read_like_a_pipe),
        cmocka_unit_test(test_what_is_refused_leaves_the_descriptor_open),
        cmocka_unit_test(test_streaming_wav_lengths_reach_to_the_end),
        cmocka_unit_test(test_a_recording_of_no_length_is_empty),
        cmocka_unit_test(test_channels_are_mixed_to_their_mean),
        cmocka_unit_test(test_start_and_duration_cut_at_the_sample),
        cmocka_unit_test(test_a_truncated_file_gives_what_is_there_and_then_an_error),
        cmocka_unit_test(test_what_is_no_sound_is_refused),
        cmocka_unit_test(test_every_cut_of_a_header_is_survived),
        cmocka_unit_test(test_absurd_headers_are_refused),
        cmocka_unit_test(test_raw_pipes_in_odd_pieces_give_whole_frames),
        cmocka_unit_test(test_a_read_that_waits_for_a_pipe_can_be_interrupted),
        cmocka_unit_test(test_an_open_that_waits_for_a_header_can_be_stopped),
        cmocka_unit_test(test_a_spool_is_bounded),
    };
    return cmocka_run_group_tests_name("source", tests, make_folder, drop_folder);
}
