/* enrol_hear.c - a recording becomes an example's rows, see enrolment.h.
 *
 * Besides the recording itself, copies of it: 18 dB quieter to 6 dB louder, equalised, with noise,
 * and begun up to a quarter of a second earlier or later. Windows that are 20 dB quieter than the
 * loudest one hold something else than what was to be heard. */
#include "config.h"

#include "train/enrolment.h"

#include "base/error.h"
#include "base/mem.h"
#include "base/rng.h"
#include "stream/infer.h"
#include "stream/window.h"
#include "train/augment_wave.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { N_COPIES = 6, LONGEST_S = 60 };
static const double QUIET_DB = 20.0, QUIETER_DB = 18.0, LOUDER_DB = 6.0, SHIFT_S = 0.24;

typedef struct {
    hear_enrolment *e;
    hear_enrolled *label;
    const hear_background *background;
    const hear_model *model; /* windows as the background's rows */
    hear_infer *infer;
    const float *samples; /* of the copy that is heard */
    size_t n, example;
    double loudest; /* mean square of a window of the recording */
    bool only_loudness;
    float *probs, *mean, *row; /* [n_labels], [n_in], [n_dims] */
    hear_status status;
} job;

static double mean_square(const float *x, size_t n)
{
    double sum = 0.0;
    for (size_t i = 0; i < n; i++)
        sum += (double)x[i] * (double)x[i];
    return n > 0 ? sum / (double)n : 0.0;
}

static hear_status keep_row(job *j)
{
    hear_enrolled *const l = j->label;
    const size_t n = j->e->n_dims;
    if (!hear_grow(&l->rows, &l->room, l->n_rows, sizeof *l->rows))
        return HEAR_ERR_MEM;
    hear_enrolled_row *const row = &l->rows[l->n_rows];
    *row = (hear_enrolled_row){ .example = j->example, .x = malloc(n) };
    if (!row->x)
        return HEAR_ERR_MEM;
    float most = 0.0f;
    for (size_t i = 0; i < n; i++)
        most = fmaxf(most, fabsf(j->row[i]));
    row->scale = most / 127.0f;
    for (size_t i = 0; i < n; i++)
        row->x[i] = (int8_t)lrintf(most > 0.0f ? j->row[i] / row->scale : 0.0f);
    l->n_rows++;
    return HEAR_OK;
}

static void on_window(void *user, const hear_window *w)
{
    job *const j = user;
    const double rate = j->model->info.frontend.rate_hz;
    const size_t from = (size_t)(w->start_s * rate), to = (size_t)(w->end_s * rate);
    const size_t end = to < j->n ? to : j->n;
    const double level = from < end ? mean_square(j->samples + from, end - from) : 0.0;
    if (j->status != HEAR_OK)
        return;
    if (j->only_loudness) {
        j->loudest = fmax(j->loudest, level);
        return;
    }
    if (level < j->loudest * pow(10.0, -QUIET_DB / 10.0))
        return;
    hear_infer_window(j->infer, w, j->probs);
    const size_t n = j->background->n_in;
    memset(j->mean, 0, n * sizeof *j->mean);
    for (size_t i = 0; i < w->n_patches; i++) {
        const float *const x = hear_infer_embedding(j->infer, w->patch + i);
        for (size_t k = 0; x && k < n; k++)
            j->mean[k] += x[k] / (float)w->n_patches;
    }
    hear_background_project(j->background, j->mean, j->row);
    j->status = keep_row(j);
}

static hear_status hear(job *j, bool only_loudness, hear_error *err)
{
    const hear_windows_to to = { .on_window = on_window, .user = j };
    hear_windows *w;
    const hear_status s =
        hear_windows_create(&w, &j->model->info, j->model->info.frontend.rate_hz, 0.0, err);
    if (s != HEAR_OK)
        return s;
    j->only_loudness = only_loudness;
    hear_infer_reset(j->infer);
    hear_windows_write(w, j->samples, j->n, &to);
    hear_windows_finish(w, &to);
    hear_windows_destroy(w);
    return j->status == HEAR_OK ? HEAR_OK : hear_fail(err, j->status, NULL);
}

/* to: [n + shift at most]; the number of samples. */
static size_t make_copy(float *to, const float *from, size_t n, size_t span, double rate,
                        hear_rng *rng)
{
    const size_t shift = (size_t)(hear_rng_uniform(rng) * SHIFT_S * rate);
    size_t n_out;
    if (n >= span + shift) {
        n_out = n - shift;
        memcpy(to, from + shift, n_out * sizeof *to);
    } else {
        n_out = n + shift;
        memset(to, 0, shift * sizeof *to);
        memcpy(to + shift, from, n * sizeof *to);
    }
    hear_wave_equalise(rng, rate, to, n_out);
    hear_wave_add_noise(rng, rate, to, n_out);
    const double db = -QUIETER_DB + hear_rng_uniform(rng) * (QUIETER_DB + LOUDER_DB);
    const float gain = (float)pow(10.0, db / 20.0);
    for (size_t i = 0; i < n_out; i++)
        to[i] = fmaxf(-1.0f, fminf(1.0f, to[i] * gain));
    return n_out;
}

static hear_status hear_copies(job *j, const hear_recording *r, hear_error *err)
{
    const double rate = r->rate_hz;
    const size_t shift = (size_t)(SHIFT_S * rate) + 1;
    const size_t span = hear_frontend_span(&j->model->info.frontend, j->model->info.window);
    float *const copy = hear_alloc(r->n + shift, sizeof *copy);
    if (!copy)
        return hear_fail(err, HEAR_ERR_MEM, NULL);
    j->samples = r->samples;
    j->n = r->n;
    hear_status s = hear(j, true, err);
    if (s == HEAR_OK)
        s = hear(j, false, err);
    for (size_t c = 1; s == HEAR_OK && c < N_COPIES; c++) {
        hear_rng rng;
        hear_rng_seed_stream(&rng, j->example, c);
        j->n = make_copy(copy, r->samples, r->n, span, rate, &rng);
        j->samples = copy;
        j->loudest = 0.0;
        s = hear(j, true, err);
        if (s == HEAR_OK)
            s = hear(j, false, err);
    }
    hear_free(copy);
    return s;
}

static hear_status check(const hear_recording *r, hear_error *err)
{
    if (r->n > (size_t)LONGEST_S * r->rate_hz)
        return hear_fail(err, HEAR_ERR_DATA, "lasts %.0f s; an example has %d at most",
                         (double)r->n / r->rate_hz, LONGEST_S);
    if (mean_square(r->samples, r->n) < 1e-9) /* -90 dB */
        return hear_fail(err, HEAR_ERR_DATA, "is silent: no example of a sound");
    return HEAR_OK;
}

/* Whose example the row is already, as that recording's own first one; NULL: nobody's. */
static const hear_enrolled *find_row(const hear_enrolment *e, const hear_enrolled *l, size_t row)
{
    const hear_enrolled_row *const new = &l->rows[row];
    for (size_t i = 0; i < e->n_labels; i++) {
        const hear_enrolled *const other = &e->labels[i];
        for (size_t r = 0; r < other->n_rows; r++) {
            const hear_enrolled_row *const old = &other->rows[r];
            const bool first = r == 0 || old->example != old[-1].example;
            if (old != new &&first && fabsf(old->scale - new->scale) <= 0.0f &&
                memcmp(old->x, new->x, e->n_dims) == 0)
                return other;
        }
    }
    return NULL;
}

hear_status hear_enrolment_add(hear_enrolment *e, hear_enrolled *l, const hear_model *backbone,
                               const hear_background *b, hear_recording *r, hear_error *err)
{
    hear_model model = *backbone; /* the same graphs in other windows */
    hear_status s = check(r, err);
    if (s == HEAR_OK) {
        s = hear_recording_resample(r, backbone->info.frontend.rate_hz);
        if (s != HEAR_OK)
            hear_fail(err, s, NULL);
    }
    if (s != HEAR_OK)
        return s;
    model.info.window = b->window;
    model.info.hop = model.info.patch ? model.info.patch_hop : b->window;
    job j = { .e = e,
              .label = l,
              .background = b,
              .model = &model,
              .example = l->n_examples,
              .probs = hear_alloc(model.info.n_labels, sizeof *j.probs),
              .mean = hear_alloc(b->n_in, sizeof *j.mean),
              .row = hear_alloc(b->n_dims, sizeof *j.row) };
    s = j.probs && j.mean && j.row ? hear_infer_create(&j.infer, &model, err)
                                   : hear_fail(err, HEAR_ERR_MEM, NULL);
    if (s == HEAR_OK && hear_infer_n_embedding(j.infer) != b->n_in)
        s = hear_fail(err, HEAR_ERR_MODEL,
                      "its embedding has %zu numbers, the background's have %zu",
                      hear_infer_n_embedding(j.infer), b->n_in);
    const size_t n_rows = l->n_rows;
    if (s == HEAR_OK)
        s = hear_copies(&j, r, err);
    const hear_enrolled *const known =
        s == HEAR_OK && l->n_rows > n_rows ? find_row(e, l, n_rows) : NULL;
    if (known && known != l)
        s = hear_fail(err, HEAR_ERR_DATA, "is an example of '%.80s' already", known->name);
    if (s == HEAR_OK && !known)
        l->n_examples++;
    else
        while (l->n_rows > n_rows)
            free(l->rows[--l->n_rows].x);
    hear_infer_destroy(j.infer);
    hear_free(j.probs);
    hear_free(j.mean);
    hear_free(j.row);
    return s;
}
