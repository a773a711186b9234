/* arch_features.c - what logistic regression, perceptrons and forests see of a window: statistics
 * of its frames, or all of them. */
#include "config.h"

#include "train/arch.h"

#include <stdio.h>
#include <string.h>

static const int64_t lags[] = { 1, 2, 4, 8, 16, 32 }; /* frames */
enum { N_LAGS = sizeof lags / sizeof lags[0] };

static size_t root_mean_square(hear_net *n, const char *name, size_t x)
{
    char text[48];
    snprintf(text, sizeof text, "%s.square", name);
    const size_t square = hear_net_node2(n, "Mul", text, x, x);
    snprintf(text, sizeof text, "%s.mean", name);
    const size_t mean = hear_net_reduce(n, "ReduceMean", text, square, 1, false);
    return hear_net_node(n, "Sqrt", name, mean);
}

/* sqrt(mean((x[t + lag] - x[t])^2)), of each band over time: how fast it changes. */
static size_t change(hear_net *n, size_t x, int64_t axis, int64_t lag, const char *name)
{
    char text[48];
    snprintf(text, sizeof text, "%s.later", name);
    const size_t later = hear_net_trim(n, text, x, axis, lag, 0);
    snprintf(text, sizeof text, "%s.sooner", name);
    const size_t sooner = hear_net_trim(n, text, x, axis, 0, lag);
    snprintf(text, sizeof text, "%s.step", name);
    return root_mean_square(n, name, hear_net_node2(n, "Sub", text, later, sooner));
}

/* frames [N, window, width] -> "features" [N, *count]: of each band the mean, the largest value,
 * the deviation, the change over 1 to 32 frames, and the step to the next band. */
static size_t statistics(hear_net *n, size_t frames, size_t window, size_t width, size_t *count)
{
    size_t parts[4 + N_LAGS], n_parts = 0;
    const size_t mean = hear_net_reduce(n, "ReduceMean", "mean", frames, 1, true);
    const size_t around = hear_net_node2(n, "Sub", "around", frames, mean);
    parts[n_parts++] = hear_net_reduce(n, "ReduceMean", "level", frames, 1, false);
    parts[n_parts++] = hear_net_reduce(n, "ReduceMax", "peak", frames, 1, false);
    parts[n_parts++] = root_mean_square(n, "deviation", around);
    *count = 3 * width;
    for (size_t i = 0; i < N_LAGS && lags[i] < (int64_t)window; i++) {
        char name[24];
        snprintf(name, sizeof name, "change%d", (int)lags[i]);
        parts[n_parts++] = change(n, frames, 1, lags[i], name);
        *count += width;
    }
    if (width > 1) {
        parts[n_parts++] = change(n, frames, 2, 1, "contrast");
        *count += width - 1;
    }
    return hear_net_concat(n, "features", 1, n_parts, parts);
}

/* Of each descriptor the mean and the deviation: between them there are no steps to measure. */
static size_t spread(hear_net *n, size_t frames, size_t window, size_t width, size_t *count)
{
    (void)window;
    const size_t mean = hear_net_reduce(n, "ReduceMean", "mean", frames, 1, true);
    const size_t around = hear_net_node2(n, "Sub", "around", frames, mean);
    const size_t parts[2] = { hear_net_reduce(n, "ReduceMean", "level", frames, 1, false),
                              root_mean_square(n, "deviation", around) };
    *count = 2 * width;
    return hear_net_concat(n, "features", 1, 2, parts);
}

static size_t flat(hear_net *n, size_t frames, size_t window, size_t width, size_t *count)
{
    *count = window * width;
    return hear_net_flatten(n, "features", frames);
}

static const struct {
    const char *name;
    size_t (*build)(hear_net *n, size_t frames, size_t window, size_t width, size_t *count);
} inputs[] = { { "stats", statistics }, { "flat", flat }, { "descriptors", spread } };

size_t hear_arch_features(hear_net *n, const char *input, size_t window, size_t width,
                          size_t *count)
{
    const hear_shape shape = { .rank = 3, .dim = { -1, (int64_t)window, (int64_t)width } };
    size_t frames = HEAR_NO_VALUE, features = HEAR_NO_VALUE;
    if (n->status == HEAR_OK)
        n->status = hear_graph_add_input(n->graph, "frames", HEAR_F32, &shape, &frames);
    for (size_t i = 0; i < sizeof inputs / sizeof inputs[0]; i++)
        if (strcmp(inputs[i].name, input) == 0)
            features = inputs[i].build(n, frames, window, width, count);
    return features;
}
