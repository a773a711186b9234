/* sink_jsonl.c - one JSON object a line. */
#include "config.h"

#include "io/sink_impl.h"

static void put_class(hear_sink *s, const hear_window_result *r, size_t i)
{
    hear_sink_put(s, "\"label\":");
    hear_sink_put_json(s, hear_model_label(s->model, s->order[i]));
    hear_sink_put(s, ",\"prob\":");
    hear_sink_put_fixed(s, r->probs[s->order[i]], 4, 0);
}

static void object(hear_sink *s, const char *type, const char *source, const hear_window_result *r)
{
    hear_sink_put(s, "{\"v\":1,\"type\":");
    hear_sink_put_json(s, type);
    hear_sink_put(s, ",\"source\":");
    hear_sink_put_json(s, source);
    hear_sink_put(s, ",\"start_s\":");
    hear_sink_put_fixed(s, r->start_s, 3, 0);
    hear_sink_put(s, ",\"end_s\":");
    hear_sink_put_fixed(s, r->end_s, 3, 0);
    hear_sink_put(s, ",");
    put_class(s, r, 0);
    hear_sink_put(s, ",\"top\":[");
    for (size_t i = 0; i < s->config.top; i++) {
        hear_sink_put(s, i ? ",{" : "{");
        put_class(s, r, i);
        hear_sink_put(s, "}");
    }
    hear_sink_put(s, "],\"lost_s\":");
    hear_sink_put_fixed(s, r->lost_s, 3, 0);
    hear_sink_put(s, "}\n");
}

static void window(hear_sink *s, const char *source, const hear_window_result *r)
{
    object(s, "window", source, r);
}

static void file(hear_sink *s, const char *source, const hear_window_result *r)
{
    object(s, "file", source, r);
}

const hear_sink_ops hear_sink_jsonl = {
    .format = "jsonl",
    .begin = NULL,
    .source = NULL,
    .window = window,
    .file = file,
};
