/* loud_bands.h - a data set by hand that a small network learns, and the job for it. */
#ifndef TESTS_LOUD_BANDS_H
#define TESTS_LOUD_BANDS_H

#include "hand_data.h"
#include "train/job.h"

#include <math.h>
#include <stdio.h>

static inline hear_frontend_config plain(uint32_t n_mels)
{
    hear_frontend_config c = hear_frontend_default();
    c.n_mels = n_mels;
    c.log = HEAR_LOG_NONE;
    return c;
}

/* Three labels that differ in which of eight bands is loud, in groups of two; two sources would be
 * "" and "". */
static inline test_data loud_bands(void)
{
    enum { N = 90 };
    test_clip clips[N];
    static char groups[N][8];
    static const char *const labels[3] = { "low", "middle", "high" };
    for (size_t i = 0; i < N; i++) {
        snprintf(groups[i], sizeof groups[i], "g%zu", i / 2 * 2);
        clips[i] = (test_clip){ labels[i / 2 % 3], groups[i],
                                i >= 72 ? HEAR_SPLIT_TEST : HEAR_SPLIT_TRAIN, 24 + i % 5 };
    }
    hear_frontend_config c = plain(8);
    c.log = HEAR_LOG_DB;
    test_data d = test_make_data(&c, clips, N);
    hear_rng r;
    hear_rng_seed(&r, 4);
    for (size_t i = 0; i < N; i++) {
        hear_sound *s = &d.sounds.sound[i];
        const double level = pow(10.0, 2.0 * hear_rng_uniform(&r));
        for (size_t k = 0; k < s->n_frames * 8; k++)
            s->frames[k] =
                (float)(level * (hear_rng_uniform(&r) + (k % 8 / 3 == i / 2 % 3 ? 3.0 : 0.0)));
    }
    return d;
}

static inline hear_job small_job(const test_data *d, hear_pool *pool)
{
    hear_job job = { .arch = hear_arch_find("mlp"),
                     .options = { .n_hidden = 1, .hidden = { 8 }, .dropout = 0.1 },
                     .augment = 1u << HEAR_AUGMENT_SHIFT | 1u << HEAR_AUGMENT_MIX,
                     .optim = { .kind = HEAR_OPTIM_ADAMW },
                     .schedule = HEAR_SCHEDULE_COSINE,
                     .seed = 11,
                     .pool = pool };
    job.settings = (hear_arch_settings){ .frontend = d->sounds.config,
                                         .window_s = 0.6,
                                         .hop_s = 0.2,
                                         .epochs = 12,
                                         .batch = 18,
                                         .lr = 1e-2,
                                         .weight_decay = 0.01,
                                         .smoothing = 0.05,
                                         .averaging = 0.9 };
    return job;
}
#endif
