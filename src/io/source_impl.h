/* source_impl.h - what the sources share, for io/source*.c alone. */
#ifndef IO_SOURCE_IMPL_H
#define IO_SOURCE_IMPL_H

#include "io/input.h"
#include "io/source.h"

#define HEAR_SOURCE_MIN_RATE 1000
#define HEAR_SOURCE_MAX_RATE 768000
#define HEAR_SOURCE_MAX_CHANNELS 1024

typedef struct {
    const char *name;
    /* Fills the source's fields below and what is its own. The input is the source's already. */
    hear_status (*open)(hear_source *s, const hear_raw_spec *raw, hear_error *err);
    /* As hear_source_read, without start and duration. */
    hear_status (*read)(hear_source *s, float *mono, size_t n, size_t *got, hear_error *err);
    /* Goes n_frames on, exactly; false where it cannot: they are then read instead. */
    bool (*seek)(hear_source *s, uint64_t n_frames);
    void (*close)(hear_source *s); /* also after an open that failed half-way */
    size_t size;                   /* of its struct, which begins with a hear_source */
} hear_source_ops;

struct hear_source {
    const hear_source_ops *ops;
    hear_input *in;
    uint32_t rate_hz;
    uint32_t n_channels;
    int64_t n_frames; /* in all; negative where it is not known */
    uint64_t skip;    /* still to be left out */
    uint64_t left;    /* at most to be given; UINT64_MAX for all */
    double start_s, duration_s;
    bool heard; /* something was given */
};

extern const hear_source_ops hear_source_sndfile, hear_source_pcm;

/* Errors: HEAR_ERR_DATA for a rate or number of channels that is not taken. */
HEAR_MUST_CHECK hear_status hear_source_check(const hear_source *s, hear_error *err);
#endif
