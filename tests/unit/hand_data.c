/* hand_data.c - see hand_data.h. */
#include "test.h"

#include "hand_data.h"

#include <stdlib.h>

test_data test_make_data(const hear_frontend_config *config, const test_clip *clips, size_t n)
{
    test_data d = { 0 };
    assert_int_equal(hear_dataset_create(&d.data), HEAR_OK);
    d.sounds.n = n;
    d.sounds.config = *config;
    d.sounds.sound = calloc(n, sizeof *d.sounds.sound);
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(hear_dataset_add(d.data, &(hear_clip_entry){ .path = "by hand",
                                                                      .label = clips[i].label,
                                                                      .group = clips[i].group,
                                                                      .split = clips[i].split }),
                         HEAR_OK);
        hear_sound *s = &d.sounds.sound[i];
        s->n_frames = clips[i].n_frames;
        s->n_samples = hear_frontend_span(config, s->n_frames);
        s->frames = calloc(s->n_frames * config->n_mels, sizeof *s->frames);
    }
    assert_int_equal(hear_dataset_finish(d.data, NULL), HEAR_OK);
    return d;
}

void test_free_data(test_data *d)
{
    for (size_t i = 0; i < d->sounds.n; i++)
        free(d->sounds.sound[i].frames);
    free(d->sounds.sound);
    hear_dataset_destroy(d->data);
}
