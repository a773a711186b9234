/* preset.h - the front ends of networks that others have trained, by name.
 *
 * Threads: none of its own. */
#ifndef STREAM_PRESET_H
#define STREAM_PRESET_H

#include "stream/frontend.h"

typedef struct {
    const char *name;
    hear_frontend_config frontend;
    double window_s; /* what a window usually is */
    double hop_s;    /* from one to the next; 0 leaves it open */
} hear_preset;

#define HEAR_PRESET_NAMES "yamnet|librosa|panns|kaldi|wave"

/* spec: a preset's name, perhaps with settings behind it that replace its own, by the keys of
 * hearsay.frontend: "librosa,rate_hz=16000,n_mels=64". Where they are not given themselves, fmax_hz
 * follows rate_hz if the preset ends at half its rate, and win_length follows n_fft if the preset's
 * are the same. Errors: HEAR_ERR_ARG (err says what is wrong), HEAR_ERR_MEM. */
HEAR_MUST_CHECK hear_status hear_preset_parse(hear_preset *preset, const char *spec,
                                              hear_error *err);
#endif
