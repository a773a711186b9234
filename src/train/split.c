/* split.c - see split.h. */
#include "config.h"

#include "train/split.h"

#include "base/mem.h"
#include "base/rng.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    size_t n_labels, n_groups;
    size_t *size;   /* [n_groups][n_labels] clips in train or valid */
    size_t *total;  /* [n_labels] */
    size_t *groups; /* [n_labels] groups of each */
    size_t *order;  /* [n_used] groups with such clips, shuffled */
    size_t n_used;
} census;

static void census_free(census *c)
{
    hear_free(c->size);
    hear_free(c->total);
    hear_free(c->groups);
    hear_free(c->order);
}

static hear_status take_census(census *c, const hear_dataset *d, uint64_t seed)
{
    size_t cells;
    *c = (census){ .n_labels = d->labels.n, .n_groups = d->groups.n };
    if (!hear_mul(c->n_labels, c->n_groups, &cells))
        return HEAR_ERR_MEM;
    c->size = hear_alloc(cells, sizeof *c->size);
    c->total = hear_alloc(c->n_labels, sizeof *c->total);
    c->groups = hear_alloc(c->n_labels, sizeof *c->groups);
    c->order = hear_alloc(c->n_groups, sizeof *c->order);
    if (!c->size || !c->total || !c->groups || !c->order) {
        census_free(c);
        return HEAR_ERR_MEM;
    }
    for (size_t i = 0; i < d->n_clips; i++) {
        const hear_clip *clip = &d->clips[i];
        if (clip->split != HEAR_SPLIT_TRAIN && clip->split != HEAR_SPLIT_VALID)
            continue;
        c->groups[clip->label] += c->size[clip->group * c->n_labels + clip->label]++ == 0;
        c->total[clip->label]++;
    }
    for (size_t g = 0; g < c->n_groups; g++)
        for (size_t l = 0; l < c->n_labels; l++)
            if (c->size[g * c->n_labels + l] > 0) {
                c->order[c->n_used++] = g;
                break;
            }
    hear_rng r;
    hear_rng_seed_stream(&r, seed, 0x73706c6974); /* "split" */
    hear_rng_shuffle(&r, c->order, c->n_used);
    return HEAR_OK;
}

typedef struct {
    const census *c;
    size_t *have;  /* [n_labels] clips taken */
    size_t *taken; /* [n_labels] groups taken */
    bool *chosen;  /* [n_groups] */
} choice;

/* Would every label of group g keep a group to learn from? */
static bool leaves_one(const choice *k, size_t g)
{
    for (size_t l = 0; l < k->c->n_labels; l++)
        if (k->c->size[g * k->c->n_labels + l] > 0 && k->taken[l] + 1 >= k->c->groups[l])
            return false;
    return true;
}

static void choose(choice *k, size_t g)
{
    k->chosen[g] = true;
    for (size_t l = 0; l < k->c->n_labels; l++) {
        const size_t n = k->c->size[g * k->c->n_labels + l];
        k->have[l] += n;
        k->taken[l] += n > 0;
    }
}

static void choose_groups(choice *k, double share)
{
    const census *c = k->c;
    for (size_t l = 0; l < c->n_labels; l++) {
        const double want = share * (double)c->total[l];
        /* Groups that overshoot by more than half of what is wanted wait: a speaker with half of
         * all clips is not for a sixth of them. */
        for (size_t i = 0; i < c->n_used && (double)k->have[l] < want; i++) {
            const size_t g = c->order[i], n = c->size[g * c->n_labels + l];
            if (n > 0 && !k->chosen[g] && (double)(k->have[l] + n) <= 1.5 * want &&
                leaves_one(k, g))
                choose(k, g);
        }
        size_t smallest = SIZE_MAX;
        for (size_t i = 0; i < c->n_used && k->have[l] == 0; i++) {
            const size_t g = c->order[i], n = c->size[g * c->n_labels + l];
            if (n > 0 && leaves_one(k, g) &&
                (smallest == SIZE_MAX || n < c->size[smallest * c->n_labels + l]))
                smallest = g;
        }
        if (smallest != SIZE_MAX)
            choose(k, smallest);
    }
}

hear_status hear_split_validation(hear_dataset *d, double share, uint64_t seed)
{
    if (!(share >= 0.0 && share < 1.0))
        return HEAR_ERR_ARG;
    if (share == 0.0 || hear_dataset_count(d, HEAR_SPLIT_VALID) > 0)
        return HEAR_OK;
    census c;
    hear_status s = take_census(&c, d, seed);
    if (s != HEAR_OK)
        return s;
    choice k = { .c = &c,
                 .have = hear_alloc(c.n_labels, sizeof *k.have),
                 .taken = hear_alloc(c.n_labels, sizeof *k.taken),
                 .chosen = hear_alloc(c.n_groups, sizeof *k.chosen) };
    if (k.have && k.taken && k.chosen) {
        choose_groups(&k, share);
        for (size_t i = 0; i < d->n_clips; i++)
            if (d->clips[i].split == HEAR_SPLIT_TRAIN && k.chosen[d->clips[i].group])
                d->clips[i].split = HEAR_SPLIT_VALID;
    } else {
        s = HEAR_ERR_MEM;
    }
    hear_free(k.have);
    hear_free(k.taken);
    hear_free(k.chosen);
    census_free(&c);
    return s;
}

static size_t clips_of(const census *c, size_t g)
{
    size_t n = 0;
    for (size_t l = 0; l < c->n_labels; l++)
        n += c->size[g * c->n_labels + l];
    return n;
}

typedef struct {
    size_t group, clips, place;
} sized;

static int compare_sized(const void *a, const void *b)
{
    const sized *x = a, *y = b;
    if (x->clips != y->clips)
        return x->clips < y->clips ? 1 : -1;
    return (x->place > y->place) - (x->place < y->place);
}

/* Largest first, so that the small ones even out; equal ones stay in their drawn order. */
static hear_status sort_by_size(census *c)
{
    sized *all = hear_alloc(c->n_used, sizeof *all);
    if (!all)
        return HEAR_ERR_MEM;
    for (size_t i = 0; i < c->n_used; i++)
        all[i] = (sized){ c->order[i], clips_of(c, c->order[i]), i };
    qsort(all, c->n_used, sizeof *all, compare_sized);
    for (size_t i = 0; i < c->n_used; i++)
        c->order[i] = all[i].group;
    hear_free(all);
    return HEAR_OK;
}

/* How full a fold would be with group g: the sum over g's labels of their share of that fold. */
static double fullness(const census *c, const size_t *have, size_t g)
{
    double sum = 0.0;
    for (size_t l = 0; l < c->n_labels; l++) {
        const size_t n = c->size[g * c->n_labels + l];
        if (n > 0)
            sum += (double)have[l] / (double)c->total[l];
    }
    return sum;
}

static void deal(const census *c, size_t n_folds, size_t *have, size_t *fold)
{
    const size_t width = c->n_labels + 1; /* have: [n_folds][width], the last is the sum */
    for (size_t i = 0; i < c->n_used; i++) {
        const size_t g = c->order[i];
        size_t best = 0;
        for (size_t f = 1; f < n_folds; f++) {
            const double a = fullness(c, have + f * width, g);
            const double b = fullness(c, have + best * width, g);
            if (a < b || (!(a > b) && have[f * width + width - 1] < have[best * width + width - 1]))
                best = f;
        }
        fold[g] = best;
        for (size_t l = 0; l < c->n_labels; l++)
            have[best * width + l] += c->size[g * c->n_labels + l];
        have[best * width + width - 1] += clips_of(c, g);
    }
}

hear_status hear_split_folds(const hear_dataset *d, size_t n_folds, uint64_t seed, size_t *fold)
{
    census c;
    size_t cells;
    hear_status s = take_census(&c, d, seed);
    if (s != HEAR_OK)
        return s;
    size_t *have = NULL;
    if (n_folds < 2 || n_folds > c.n_used)
        s = HEAR_ERR_ARG;
    else if (!hear_mul(n_folds, c.n_labels + 1, &cells) ||
             !(have = hear_alloc(cells, sizeof *have)))
        s = HEAR_ERR_MEM;
    else
        s = sort_by_size(&c);
    if (s == HEAR_OK) {
        for (size_t g = 0; g < c.n_groups; g++)
            fold[g] = SIZE_MAX;
        deal(&c, n_folds, have, fold);
    }
    hear_free(have);
    census_free(&c);
    return s;
}
