/* sink_impl.h - what the sinks share, for io/sink*.c alone. A sink fills s->line; sink.c writes it.
 */
#ifndef IO_SINK_IMPL_H
#define IO_SINK_IMPL_H

#include "io/sink.h"

typedef struct {
    const char *format;
    void (*begin)(hear_sink *s); /* the header line; NULL where there is none */
    /* A line of its own before the first window of each source; NULL where there is none. */
    void (*source)(hear_sink *s, const char *source);
    void (*window)(hear_sink *s, const char *source, const hear_window_result *r);
    void (*file)(hear_sink *s, const char *source, const hear_window_result *r);
} hear_sink_ops;

struct hear_sink {
    const hear_sink_ops *ops;
    const hear_model *model;
    hear_sink_config config;
    bool waits;         /* fd is not a plain file: it may have to be waited for */
    size_t label_width; /* of the longest label, in characters */
    size_t *order;      /* [top] classes of this result, the most probable first */
    char *line;         /* [room] */
    size_t room, used;
    size_t room_labels; /* what a line needs besides the source's name */
    char *source;       /* the last one, where ops->source is told of changes */
};

extern const hear_sink_ops hear_sink_text, hear_sink_tsv, hear_sink_jsonl;

/* All append to s->line, which is large enough. */
void hear_sink_put(hear_sink *s, const char *text);
void hear_sink_put_clean(hear_sink *s, const char *text); /* control characters as '?' */
void hear_sink_put_json(hear_sink *s, const char *text);
void hear_sink_put_fixed(hear_sink *s, double value, int decimals, int width); /* right-aligned */
#endif
