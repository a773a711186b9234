/* bench_frontend.c - one frame of the front end, at the model's rate and resampled, against the
 * hop that it has; and the last steps of a three-second window.
 *
 * usage: bench_frontend [NAME...]   only those whose name begins so */
#include "config.h"

#include "base/rng.h"
#include "bench/bench.h"
#include "stream/frontend.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static char **names; /* main's arguments */

static bool wanted(const char *name)
{
    bool any = !names[0];
    for (char **n = names; *n; n++)
        any = any || strncmp(name, *n, strlen(*n)) == 0;
    return any;
}

static hear_frontend_config librosa(uint32_t rate_hz, uint32_t n_fft, uint32_t win, uint32_t hop,
                                    uint32_t n_mels, hear_mel_scale scale)
{
    hear_frontend_config c = hear_frontend_default();
    c.rate_hz = rate_hz;
    c.fmax_hz = rate_hz / 2.0;
    c.n_fft = n_fft;
    c.win_length = win;
    c.hop = hop;
    c.n_mels = n_mels;
    c.mel_scale = scale;
    return c;
}

/* Each piece of work is the samples of one hop, in at rate_hz. */
static int frames(const char *name, const hear_frontend_config *config, uint32_t rate_hz)
{
    enum { N = 1 << 16 };
    static float noise[N], frame[4 * 512];
    if (!wanted(name))
        return 0;
    hear_rng rng;
    hear_rng_seed(&rng, 1);
    for (size_t i = 0; i < N; i++)
        noise[i] = (float)(hear_rng_uniform(&rng) - 0.5);
    hear_frontend *f;
    if (hear_frontend_create(&f, config, rate_hz, NULL) != HEAR_OK)
        return 1;
    const size_t n = (size_t)((uint64_t)config->hop * rate_hz / config->rate_hz);
    size_t at = 0, taken;
    hear_bench b = hear_bench_begin(name, (double)n / rate_hz);
    while (hear_bench_more(&b)) {
        hear_frontend_process(f, noise + at, n, &taken, frame, 4);
        at = at + 2 * n < N ? at + n : 0;
    }
    hear_frontend_destroy(f);
    return hear_bench_end(&b);
}

static int window(const char *name, const hear_frontend_config *config)
{
    if (!wanted(name))
        return 0;
    const size_t n_frames = hear_frontend_frames_for(config, 3.0);
    const size_t n = n_frames * config->n_mels;
    float *in = malloc(n * sizeof *in), *out = malloc(n * sizeof *out);
    if (!in || !out)
        return 1;
    hear_rng rng;
    hear_rng_seed(&rng, 1);
    for (size_t i = 0; i < n; i++)
        in[i] = (float)(-100.0 * hear_rng_uniform(&rng));
    hear_bench b = hear_bench_begin(name, 0.5);
    while (hear_bench_more(&b))
        hear_frontend_finish_window(config, in, out, n_frames);
    free(in);
    free(out);
    return hear_bench_end(&b);
}

int main(int argc, char **argv)
{
    (void)argc;
    names = argv + 1;
    const hear_frontend_config usual = librosa(16000, 1024, 1024, 512, 128, HEAR_MEL_SLANEY);
    const hear_frontend_config wide = librosa(22050, 2048, 2048, 512, 128, HEAR_MEL_SLANEY);
    const hear_frontend_config narrow = librosa(16000, 512, 400, 160, 64, HEAR_MEL_HTK);
    hear_frontend_config scaled = usual;
    scaled.ref_max = true;
    scaled.top_db = 80.0;
    scaled.normalise = HEAR_NORM_MINMAX;
    int status = frames("frontend/16k 1024-512-128", &usual, 16000);
    status |= frames("frontend/22k 2048-512-128", &wide, 22050);
    status |= frames("frontend/16k 512-160-64", &narrow, 16000);
    status |= frames("frontend/16k 1024 from 44.1k", &usual, 44100);
    status |= frames("frontend/16k 1024 from 48k", &usual, 48000);
    status |= frames("frontend/16k 1024 from 192k", &usual, 192000);
    status |= frames("frontend/16k 1024 from 8k", &usual, 8000);
    status |= window("frontend/window 3 s, minmax", &scaled);
    return status;
}
