/* sink_text.c - for eyes: aligned columns, a heading for each source. */
#include "config.h"

#include "base/text.h"
#include "io/sink_impl.h"

enum { MAX_LABEL_WIDTH = 32 };

static void pad(hear_sink *s, const char *utf8, size_t width)
{
    for (size_t n = hear_utf8_count(utf8); n < width; n++)
        hear_sink_put(s, " ");
}

/* Likely classes stand out, doubtful ones step back. */
static const char *color_of(float prob)
{
    return prob >= 0.8f ? "\033[1;32m" : prob >= 0.5f ? "\033[33m" : "\033[2m";
}

static void put_classes(hear_sink *s, const hear_window_result *r)
{
    const size_t best = s->order[0];
    const char *const label = hear_model_label(s->model, best);
    const size_t width = s->label_width < MAX_LABEL_WIDTH ? s->label_width : MAX_LABEL_WIDTH;
    if (s->config.color)
        hear_sink_put(s, color_of(r->probs[best]));
    hear_sink_put_clean(s, label);
    if (s->config.color)
        hear_sink_put(s, "\033[0m");
    pad(s, label, width);
    hear_sink_put_fixed(s, 100.0 * (double)r->probs[best], 1, 7);
    hear_sink_put(s, " %");
    for (size_t i = 1; i < s->config.top; i++) {
        hear_sink_put(s, i == 1 ? "   " : ", ");
        hear_sink_put_clean(s, hear_model_label(s->model, s->order[i]));
        hear_sink_put(s, " ");
        hear_sink_put_fixed(s, 100.0 * (double)r->probs[s->order[i]], 1, 0);
    }
    if (r->lost_s > 0.0) {
        hear_sink_put(s, "   lost ");
        hear_sink_put_fixed(s, r->lost_s, 3, 0);
        hear_sink_put(s, " s");
    }
    hear_sink_put(s, "\n");
}

static void source(hear_sink *s, const char *name)
{
    hear_sink_put_clean(s, name);
    hear_sink_put(s, ":\n");
}

static void window(hear_sink *s, const char *name, const hear_window_result *r)
{
    (void)name;
    hear_sink_put_fixed(s, r->start_s, 3, 10);
    hear_sink_put(s, " -");
    hear_sink_put_fixed(s, r->end_s, 3, 10);
    hear_sink_put(s, " s   ");
    put_classes(s, r);
}

static void file(hear_sink *s, const char *name, const hear_window_result *r)
{
    hear_sink_put_clean(s, name);
    pad(s, name, 32);
    hear_sink_put_fixed(s, r->end_s - r->start_s, 3, 10);
    hear_sink_put(s, " s   ");
    put_classes(s, r);
}

const hear_sink_ops hear_sink_text = {
    .format = "text",
    .begin = NULL,
    .source = source,
    .window = window,
    .file = file,
};
