/* make_sound.c - recordings for the command-line tests: make_sound FILE RATE CHANNELS SECONDS HZ...
 *
 * One tone after the other, each for its share of the time, over a little noise; 0 is silence. The
 * same bytes at each call. FILE's ending says the format: wav flac ogg mp3, or s16 f32 for raw
 * samples. */
#include "config.h"

#include <math.h>
#include <sndfile.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *ending;
    int format;
} formats[] = {
    { ".wav", SF_FORMAT_WAV | SF_FORMAT_PCM_16 },
    { ".flac", SF_FORMAT_FLAC | SF_FORMAT_PCM_16 },
    { ".ogg", SF_FORMAT_OGG | SF_FORMAT_VORBIS },
#ifdef SF_FORMAT_MPEG
    { ".mp3", SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III },
#else
    { ".mp3", 0x230000 | 0x0082 }, /* as of libsndfile 1.1 */
#endif
    { ".s16", SF_FORMAT_RAW | SF_FORMAT_PCM_16 | SF_ENDIAN_LITTLE },
    { ".f32", SF_FORMAT_RAW | SF_FORMAT_FLOAT | SF_ENDIAN_LITTLE },
};

static int format_of(const char *path)
{
    const char *ending = strrchr(path, '.');
    for (size_t i = 0; ending && i < sizeof formats / sizeof formats[0]; i++)
        if (strcmp(ending, formats[i].ending) == 0)
            return formats[i].format;
    return 0;
}

int main(int argc, char **argv)
{
    if (argc < 6) {
        fprintf(stderr, "usage: make_sound FILE RATE CHANNELS SECONDS HZ...\n");
        return 64;
    }
    SF_INFO info = { .samplerate = (int)strtol(argv[2], NULL, 10),
                     .channels = (int)strtol(argv[3], NULL, 10),
                     .format = format_of(argv[1]) };
    const double rate = info.samplerate;
    const size_t n = (size_t)(strtod(argv[4], NULL) * rate);
    const size_t n_tones = (size_t)argc - 5, n_channels = (size_t)info.channels;
    float *samples = calloc(n * n_channels + 1, sizeof samples[0]);
    SNDFILE *out = sf_format_check(&info) ? sf_open(argv[1], SFM_WRITE, &info) : NULL;
    if (!samples || !out) {
        fprintf(stderr, "make_sound: %s: %s\n", argv[1], sf_strerror(out));
        free(samples);
        return 77; /* this libsndfile does not write that format */
    }
    uint32_t noise = 1;
    for (size_t i = 0; i < n; i++) {
        const double hz = strtod(argv[5 + i * n_tones / n], NULL);
        noise = noise * 1664525u + 1013904223u;
        const double x = hz > 0.0 ? 0.5 * sin(6.283185307179586 * hz * (double)i / rate) +
                                        1e-3 * ((double)(noise >> 8) / 8388608.0 - 1.0)
                                  : 0.0;
        for (size_t c = 0; c < n_channels; c++)
            samples[i * n_channels + c] = (float)x;
    }
    const sf_count_t written = sf_writef_float(out, samples, (sf_count_t)n);
    free(samples);
    return sf_close(out) == 0 && written == (sf_count_t)n ? 0 : 74;
}
