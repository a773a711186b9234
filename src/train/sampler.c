/* sampler.c - see sampler.h. The clips are sorted by label, source and group; the probability of
 * each follows from the tree, and drawing is a search in their running sum. */
#include "config.h"

#include "train/sampler.h"

#include "base/error.h"
#include "base/mem.h"

#include <math.h>
#include <stdlib.h>

struct hear_sampler {
    size_t n;
    size_t *clip; /* [n] */
    double *sum;  /* [n] running sum of probabilities, 1 at the end */
};

typedef struct {
    const hear_dataset *d;
    size_t clip;
} entry;

static int compare(const void *a, const void *b)
{
    const entry *ea = a, *eb = b;
    const hear_clip *x = &ea->d->clips[ea->clip], *y = &eb->d->clips[eb->clip];
    if (x->label != y->label)
        return x->label < y->label ? -1 : 1;
    if (x->source != y->source)
        return x->source < y->source ? -1 : 1;
    if (x->group != y->group)
        return x->group < y->group ? -1 : 1;
    return (ea->clip > eb->clip) - (ea->clip < eb->clip);
}

typedef enum { BY_LABEL, BY_SOURCE, BY_GROUP, BY_CLIP } level;

static size_t key(const hear_sampler *s, const hear_dataset *d, size_t i, level by)
{
    const hear_clip *c = &d->clips[s->clip[i]];
    return by == BY_LABEL ? c->label : by == BY_SOURCE ? c->source : by == BY_GROUP ? c->group : i;
}

/* Shares `mass` out among the runs of equal keys in begin .. end - 1, each in proportion to the
 * root of its length (to 1 at the top and at the bottom), and goes down. */
static void share_out(hear_sampler *s, const hear_dataset *d, size_t begin, size_t end, level by,
                      double mass)
{
    double whole = 0.0;
    for (int pass = 0; pass < 2; pass++)
        for (size_t i = begin, next; i < end; i = next) {
            for (next = i + 1; next < end && key(s, d, next, by) == key(s, d, i, by);)
                next++;
            const double w = by == BY_SOURCE || by == BY_GROUP ? sqrt((double)(next - i)) : 1.0;
            if (pass == 0)
                whole += w;
            else if (by == BY_CLIP)
                s->sum[i] = mass * w / whole;
            else
                share_out(s, d, i, next, by + 1, mass * w / whole);
        }
}

hear_status hear_sampler_create(hear_sampler **out, const hear_dataset *d,
                                const hear_sounds *sounds, hear_split split, hear_sampling sampling,
                                hear_error *err)
{
    *out = NULL;
    hear_sampler *s = calloc(1, sizeof *s);
    entry *entries = hear_alloc(d->n_clips, sizeof *entries);
    if (s) {
        s->clip = hear_alloc(d->n_clips, sizeof *s->clip);
        s->sum = hear_alloc(d->n_clips, sizeof *s->sum);
    }
    if (!s || !entries || !s->clip || !s->sum) {
        hear_free(entries);
        hear_sampler_destroy(s);
        return hear_fail(err, HEAR_ERR_MEM, NULL);
    }
    for (size_t i = 0; i < d->n_clips; i++)
        if (d->clips[i].split == split && sounds->sound[i].frames)
            entries[s->n++] = (entry){ d, i };
    qsort(entries, s->n, sizeof *entries, compare);
    for (size_t i = 0; i < s->n; i++)
        s->clip[i] = entries[i].clip;
    hear_free(entries);
    if (s->n == 0) {
        hear_sampler_destroy(s);
        return hear_fail(err, HEAR_ERR_DATA, "no recording of %s can be read",
                         hear_split_name(split));
    }
    share_out(s, d, 0, s->n, sampling == HEAR_SAMPLE_BALANCED ? BY_LABEL : BY_CLIP, 1.0);
    for (size_t i = 1; i < s->n; i++)
        s->sum[i] += s->sum[i - 1];
    *out = s;
    return HEAR_OK;
}

void hear_sampler_destroy(hear_sampler *s)
{
    if (!s)
        return;
    hear_free(s->clip);
    hear_free(s->sum);
    free(s);
}

size_t hear_sampler_draw(const hear_sampler *s, hear_rng *r)
{
    const double x = hear_rng_uniform(r) * s->sum[s->n - 1];
    size_t low = 0, high = s->n - 1; /* the first i with sum[i] > x */
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (s->sum[middle] > x)
            high = middle;
        else
            low = middle + 1;
    }
    return s->clip[low];
}

size_t hear_sampler_count(const hear_sampler *s)
{
    return s->n;
}

double hear_sampler_share(const hear_sampler *s, size_t i)
{
    return (s->sum[i] - (i ? s->sum[i - 1] : 0.0)) / s->sum[s->n - 1];
}

size_t hear_sampler_clip(const hear_sampler *s, size_t i)
{
    return s->clip[i];
}
