/* minimise.c - see minimise.h. */
#include "config.h"

#include "train/minimise.h"

#include "base/mem.h"

#include <math.h>
#include <string.h>

enum { MEMORY = 12, WAIT = 20 /* steps that must have made it less */ };

typedef struct {
    const hear_minimise_config *c;
    double *x, *next_x;         /* [n], as all */
    double *slope, *next_slope; /* of the smooth part */
    double *pseudo; /* gradient where l1 has none: the steepest of its slopes, 0 between */
    double *direction;
    double *s[MEMORY], *y[MEMORY]; /* steps, and what they changed of the slope */
    double sy[MEMORY];
    size_t n_kept, newest;
    double *room;
} search;

static double dot(const double *a, const double *b, size_t n)
{
    double s[4] = { 0 };
    size_t i = 0;
    for (; i + 4 <= n; i += 4)
        for (size_t k = 0; k < 4; k++)
            s[k] += a[i + k] * b[i + k];
    for (; i < n; i++)
        s[0] += a[i] * b[i];
    return (s[0] + s[1]) + (s[2] + s[3]);
}

static double l1_of(const search *k, size_t i)
{
    return k->c->l1 > 0.0 && !k->c->is_free[i] ? k->c->l1 : 0.0;
}

static double l1_part(const search *k, const double *x)
{
    double sum = 0.0;
    for (size_t i = 0; k->c->l1 > 0.0 && i < k->c->n; i++)
        sum += l1_of(k, i) * fabs(x[i]);
    return sum;
}

static void find_pseudo(search *k)
{
    for (size_t i = 0; i < k->c->n; i++) {
        const double l1 = l1_of(k, i), g = k->slope[i];
        if (k->x[i] != 0.0)
            k->pseudo[i] = g + copysign(l1, k->x[i]);
        else
            k->pseudo[i] = g > l1 ? g - l1 : g < -l1 ? g + l1 : 0.0;
    }
}

/* direction = - H pseudo, H from the steps kept. */
static void find_direction(search *k)
{
    const size_t n = k->c->n;
    double a[MEMORY], *d = k->direction;
    for (size_t i = 0; i < n; i++)
        d[i] = -k->pseudo[i];
    for (size_t j = 0; j < k->n_kept; j++) {
        const size_t at = (k->newest + MEMORY - j) % MEMORY;
        a[at] = dot(k->s[at], d, n) / k->sy[at];
        for (size_t i = 0; i < n; i++)
            d[i] -= a[at] * k->y[at][i];
    }
    if (k->n_kept > 0) {
        const double scale = k->sy[k->newest] / dot(k->y[k->newest], k->y[k->newest], n);
        for (size_t i = 0; i < n; i++)
            d[i] *= scale;
    }
    for (size_t j = k->n_kept; j-- > 0;) {
        const size_t at = (k->newest + MEMORY - j) % MEMORY;
        const double b = dot(k->y[at], d, n) / k->sy[at];
        for (size_t i = 0; i < n; i++)
            d[i] += (a[at] - b) * k->s[at][i];
    }
    for (size_t i = 0; k->c->l1 > 0.0 && i < n; i++)
        if (d[i] * k->pseudo[i] >= 0.0)
            d[i] = 0.0;
}

/* next_x, where no variable that l1 holds down changes its sign. */
static void go(search *k, double length)
{
    for (size_t i = 0; i < k->c->n; i++) {
        const double from = k->x[i], to = from + length * k->direction[i];
        const double side = from != 0.0 ? from : -k->pseudo[i];
        k->next_x[i] = l1_of(k, i) > 0.0 && to * side <= 0.0 ? 0.0 : to;
    }
}

/* A step that makes *value enough less (L. Armijo 1966); false where there is none. */
static bool step(search *k, double *value)
{
    const size_t n = k->c->n;
    double length = k->n_kept > 0 ? 1.0 : 1.0 / sqrt(dot(k->pseudo, k->pseudo, n));
    for (int tries = 0; tries < 60; tries++, length /= 2.0) {
        go(k, length);
        double expected = 0.0;
        for (size_t i = 0; i < n; i++)
            expected += k->pseudo[i] * (k->next_x[i] - k->x[i]);
        const double next =
            k->c->value(k->c->user, k->next_x, k->next_slope) + l1_part(k, k->next_x);
        if (next <= *value + 1e-4 * expected && expected < 0.0) {
            *value = next;
            return true;
        }
    }
    return false;
}

static void remember(search *k)
{
    const size_t n = k->c->n, at = k->n_kept ? (k->newest + 1) % MEMORY : 0;
    for (size_t i = 0; i < n; i++) {
        k->s[at][i] = k->next_x[i] - k->x[i];
        k->y[at][i] = k->next_slope[i] - k->slope[i];
    }
    k->sy[at] = dot(k->s[at], k->y[at], n);
    if (k->sy[at] > 1e-14 * dot(k->y[at], k->y[at], n)) {
        k->newest = at;
        k->n_kept += k->n_kept < MEMORY;
    } else {
        k->n_kept = 0; /* what stood there is lost */
    }
    memcpy(k->x, k->next_x, n * sizeof *k->x);
    memcpy(k->slope, k->next_slope, n * sizeof *k->slope);
}

static hear_status run(search *k, hear_minimum *m)
{
    const hear_minimise_config *c = k->c;
    double past[WAIT];
    m->value = c->value(c->user, k->x, k->slope) + l1_part(k, k->x);
    while (m->n_steps < c->max_steps) {
        if (c->stop && c->stop(c->user))
            return HEAR_ERR_INTERRUPTED;
        double *was = &past[m->n_steps % WAIT];
        if (m->n_steps >= WAIT && *was - m->value <= 1e-10 * m->value)
            m->converged = true;
        *was = m->value;
        find_pseudo(k);
        m->converged = m->converged || dot(k->pseudo, k->pseudo, c->n) <= 1e-12 * m->value;
        if (m->converged)
            break;
        find_direction(k);
        if (!step(k, &m->value)) {
            if (k->n_kept == 0) { /* not even downhill: as low as double can tell */
                m->converged = true;
                break;
            }
            k->n_kept = 0;
            continue;
        }
        remember(k);
        m->n_steps++;
    }
    return HEAR_OK;
}

hear_status hear_minimise(const hear_minimise_config *config, double *x, hear_minimum *out)
{
    const size_t n = config->n;
    search k = { .c = config, .x = x };
    *out = (hear_minimum){ 0 };
    k.room = hear_alloc(n, (5 + 2 * MEMORY) * sizeof *k.room);
    if (!k.room)
        return HEAR_ERR_MEM;
    double **const parts[] = { &k.next_x, &k.slope, &k.next_slope, &k.pseudo, &k.direction };
    double *at = k.room;
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++, at += n)
        *parts[i] = at;
    for (size_t i = 0; i < MEMORY; i++, at += 2 * n) {
        k.s[i] = at;
        k.y[i] = at + n;
    }
    const hear_status s = run(&k, out);
    hear_free(k.room);
    return s;
}
