/* sink_tsv.c - a table: source, start_s, end_s, label, prob; with top > 1 two more columns a class.
 */
#include "config.h"

#include "io/sink_impl.h"

static void begin(hear_sink *s)
{
    hear_sink_put(s, "source\tstart_s\tend_s\tlabel\tprob");
    for (size_t i = 1; i < s->config.top; i++) {
        hear_sink_put(s, "\tlabel");
        hear_sink_put_fixed(s, (double)(i + 1), 0, 0);
        hear_sink_put(s, "\tprob");
        hear_sink_put_fixed(s, (double)(i + 1), 0, 0);
    }
    hear_sink_put(s, "\n");
}

static void window(hear_sink *s, const char *source, const hear_window_result *r)
{
    hear_sink_put_clean(s, source);
    hear_sink_put(s, "\t");
    hear_sink_put_fixed(s, r->start_s, 3, 0);
    hear_sink_put(s, "\t");
    hear_sink_put_fixed(s, r->end_s, 3, 0);
    for (size_t i = 0; i < s->config.top; i++) {
        hear_sink_put(s, "\t");
        hear_sink_put_clean(s, hear_model_label(s->model, s->order[i]));
        hear_sink_put(s, "\t");
        hear_sink_put_fixed(s, r->probs[s->order[i]], 4, 0);
    }
    hear_sink_put(s, "\n");
}

const hear_sink_ops hear_sink_tsv = {
    .format = "tsv",
    .begin = begin,
    .source = NULL,
    .window = window,
    .file = window,
};
