/* ear.h - hears one recording after the other and makes lines of them.
 *
 * Threads: one owner at a time; ears share nothing but the model. */
#ifndef APP_EAR_H
#define APP_EAR_H

#include "app/classes.h"
#include "hearsay/model.h"
#include "io/sink.h"
#include "io/source.h"

#include <stdbool.h>

typedef struct hear_ear hear_ear;

typedef struct {
    const hear_model *model;     /* outlives the ear */
    const hear_classes *classes; /* for the lines, and so for the sinks */
    double hop_s;                /* 0 takes the model's */
    bool by_file;                /* a line for each recording, not for each window */
    bool realtime;      /* at its own pace, through the threads of listen: main thread only */
    const char *source; /* what the lines call the recording; NULL: as it is named */
    const hear_raw_spec *raw;
    double start_s, duration_s; /* as of hear_source_config */
} hear_ear_config;

/* Errors: HEAR_ERR_MEM. On failure *out is NULL. */
HEAR_MUST_CHECK hear_status hear_ear_create(hear_ear **out, const hear_ear_config *config,
                                            hear_error *err);
void hear_ear_destroy(hear_ear *e); /* NULL is allowed */

/* Gives the sink, of the classes' model, for the lines of a recording that can be opened, before
 * the first of them. */
typedef hear_status hear_ear_begin(void *user, hear_sink **sink, hear_error *err);

/* What was heard before an error, or before a signal, is written all the same. Returns what went
 * wrong with the recording itself: errors of sources and classifiers, HEAR_ERR_DATA (no sound in
 * it), HEAR_ERR_INTERRUPTED; *output has what went wrong with begin and the sink. */
HEAR_MUST_CHECK hear_status hear_ear_hear(hear_ear *e, const char *path, hear_ear_begin *begin,
                                          void *user, hear_error *output, hear_error *err);
#endif
