/* recording.c - see recording.h. */
#include "config.h"

#include "io/recording.h"

#include "base/error.h"
#include "dsp/resample.h"
#include "io/source.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static hear_status read_all(hear_recording *r, hear_source *source, hear_error *err)
{
    size_t room = 0;
    for (;;) {
        if (r->n == room) {
            const size_t wanted = room ? 2 * room : 65536;
            float *grown = wanted > SIZE_MAX / sizeof *grown
                               ? NULL
                               : realloc(r->samples, wanted * sizeof *grown);
            if (!grown)
                return hear_fail(err, HEAR_ERR_MEM, NULL);
            r->samples = grown;
            room = wanted;
        }
        size_t got = 0;
        const hear_status s = hear_source_read(source, r->samples + r->n, room - r->n, &got, err);
        if (s != HEAR_OK)
            return s;
        if (got == 0)
            return r->n ? HEAR_OK : hear_fail(err, HEAR_ERR_DATA, "there is no sound in it");
        for (size_t i = 0; i < got; i++)
            if (!isfinite(r->samples[r->n + i]))
                r->samples[r->n + i] = 0.0f;
        r->n += got;
    }
}

hear_status hear_recording_read(hear_recording *r, const char *path, int stop_fd, hear_error *err)
{
    *r = (hear_recording){ .samples = NULL };
    const hear_source_config config = { .stop_fd = stop_fd };
    hear_source *source;
    hear_status s = hear_source_open(&source, path, &config, err);
    if (s != HEAR_OK)
        return s;
    r->rate_hz = hear_source_rate_hz(source);
    s = read_all(r, source, err);
    hear_source_close(source);
    if (s != HEAR_OK)
        hear_recording_clear(r);
    return s;
}

void hear_recording_clear(hear_recording *r)
{
    free(r->samples);
    *r = (hear_recording){ .samples = NULL };
}

hear_status hear_recording_resample(hear_recording *r, uint32_t to)
{
    hear_resample *resample;
    const hear_status s = hear_resample_create(&resample, r->rate_hz, to);
    if (s != HEAR_OK)
        return s;
    const double ratio = (double)to / r->rate_hz;
    const size_t room = (size_t)((double)r->n * ratio) + 2;
    float *out = malloc(room * sizeof *out);
    if (!out) {
        hear_resample_destroy(resample);
        return HEAR_ERR_MEM;
    }
    size_t used = 0, done = 0;
    while (used < r->n) {
        size_t taken;
        done += hear_resample_process(resample, r->samples + used, r->n - used, &taken, out + done,
                                      room - done);
        used += taken;
    }
    done += hear_resample_flush(resample, out + done, room - done);
    hear_resample_destroy(resample);
    if (done == 0) /* less than half a sample of it */
        out[done++] = r->samples[0];
    free(r->samples);
    *r = (hear_recording){ .samples = out, .n = done, .rate_hz = to };
    return HEAR_OK;
}
