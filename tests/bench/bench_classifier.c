/* bench_classifier.c - each shipped model: one window, its front end's share, and a whole recording
 * as a multiple of real time. */
#include "config.h"

#include "base/clock.h"
#include "base/rng.h"
#include "bench/bench.h"
#include "hearsay/classifier.h"
#include "stream/infer.h"

#include <glob.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RATE = 44100, SECONDS = 120, BLOCK = 8192 };

static float sound[RATE * SECONDS];

static void make_sound(void)
{
    hear_rng r;
    hear_rng_seed(&r, 1);
    for (size_t i = 0; i < sizeof sound / sizeof sound[0]; i++)
        sound[i] = 0.2f * sinf((float)(i % 44100) * 0.05f) + 0.05f * (float)hear_rng_normal(&r);
}

/* One window, as the inference thread of a live stream has it to do once a hop. */
static int bench_window(const hear_model *model, const char *name)
{
    const size_t n = model->info.window * model->info.frontend.n_mels;
    float *frames = calloc(n, sizeof *frames);
    float *probs = calloc(model->info.n_labels, sizeof *probs);
    hear_infer *x = NULL;
    int status = 1;
    if (frames && probs && hear_infer_create(&x, model, NULL) == HEAR_OK) {
        for (size_t i = 0; i < n; i++)
            frames[i] = -40.0f + 20.0f * sinf((float)i);
        hear_bench b = hear_bench_begin(name, hear_model_hop_s(model));
        while (hear_bench_more(&b))
            hear_infer_run(x, frames, probs);
        status = hear_bench_end(&b);
    }
    hear_infer_destroy(x);
    free(frames);
    free(probs);
    return status;
}

static void count(void *user, const hear_window_result *r)
{
    (void)r;
    ++*(size_t *)user;
}

/* From samples to results on one thread, reading of the file aside. */
static int bench_recording(const hear_model *model, const char *name)
{
    hear_classifier *c;
    const hear_classifier_config config = { .rate_hz = RATE };
    if (hear_classifier_create(&c, model, &config, NULL) != HEAR_OK)
        return 1;
    size_t n_windows = 0;
    const size_t n = sizeof sound / sizeof sound[0];
    const uint64_t start_ns = hear_now_ns();
    for (size_t at = 0; at < n; at += BLOCK)
        hear_classifier_write(c, sound + at, BLOCK < n - at ? BLOCK : n - at, count, &n_windows);
    hear_classifier_finish(c, count, &n_windows);
    const double took_s = 1e-9 * (double)(hear_now_ns() - start_ns);
    hear_classifier_destroy(c);
    printf("%s   %d s at %d Hz, %zu windows   %.3f s   %.0f times real time\n", name, SECONDS, RATE,
           n_windows, took_s, SECONDS / took_s);
    return 0;
}

static int bench_model(const char *path)
{
    hear_model *model;
    hear_error err;
    if (hear_model_open(&model, path, &err) != HEAR_OK) {
        printf("%s: %s\n", path, err.text);
        return 1;
    }
    const char *const slash = strrchr(path, '/');
    char name[128];
    snprintf(name, sizeof name, "window/%s", slash ? slash + 1 : path);
    int status = bench_window(model, name);
    snprintf(name, sizeof name, "classify/%s", slash ? slash + 1 : path);
    status |= bench_recording(model, name);
    hear_model_close(model);
    return status;
}

int main(int argc, char **argv)
{
    make_sound();
    int status = 0;
    if (argc > 1) {
        for (int i = 1; i < argc; i++)
            status |= bench_model(argv[i]);
        return status;
    }
    const char *const srcdir = getenv("srcdir");
    char pattern[4096];
    snprintf(pattern, sizeof pattern, "%s/models/*.onnx", srcdir ? srcdir : ".");
    glob_t found;
    if (glob(pattern, 0, NULL, &found) != 0) {
        printf("no %s\n", pattern);
        return 0;
    }
    for (size_t i = 0; i < found.gl_pathc; i++)
        status |= bench_model(found.gl_pathv[i]);
    globfree(&found);
    return status;
}
