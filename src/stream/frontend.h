/* frontend.h - samples in, frames of features out: the same code live, for recordings and in
 * training.
 *
 *   samples -> [resample] -> n_fft samples every hop -> Hann -> |FFT|^power -> mel bands -> log
 *
 * (before the window perhaps what Kaldi does: hear_stft_treatment)
 *
 * makes a frame of mel bands; a spectrum is without the bands, descriptors are numbers of samples
 * and magnitudes (dsp/descriptors.h), and a frame of a wave is hop samples as they are. Reference,
 * top_db and normalisation over a window of frames are hear_frontend_finish_window's. Frame k is of
 * samples k hop .. k hop + frame_length at the model's rate. Frames are the same bits whatever
 * blocks the samples came in. Formulas as in librosa 0.10 (feature.melspectrogram with
 * center=False, power_to_db) and, for placement START and mel shape MEL, as in TensorFlow
 * (tf.signal.stft, linear_to_mel_weight_matrix). Threads: one owner at a time. Real-time: process,
 * flush and finish_window neither allocate, lock, log nor fail. */
#ifndef STREAM_FRONTEND_H
#define STREAM_FRONTEND_H

#include "hearsay/status.h"

#include "dsp/mel.h"
#include "dsp/stft.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum {
    HEAR_FEATURES_MEL,        /* n_mels bands */
    HEAR_FEATURES_WAVE,       /* hop samples */
    HEAR_FEATURES_SPECTRUM,   /* n_fft / 2 + 1 bins */
    HEAR_FEATURES_DESCRIPTORS /* HEAR_N_DESCRIPTORS, in the order of hear_descriptor */
} hear_features;
typedef enum { HEAR_LOG_NONE, HEAR_LOG_DB, HEAR_LOG_LN } hear_log;
typedef enum { HEAR_NORM_NONE, HEAR_NORM_MINMAX, HEAR_NORM_MEANVAR } hear_norm;

/* In a model file: the JSON object of `hearsay.frontend`, a key for each field that the features
 * have and no other; without a key "features" they are "mel". Enums are in lower case ("mel" "wave"
 * "spectrum" "descriptors", "center" "start", "slaney" "htk", "hz" "mel", "area" "none",
 * "none" "db" "ln", "none" "minmax" "meanvar"). librosa's htk=True has mel_shape hz; TensorFlow's
 * and HTK's own filters have mel_shape mel.
 * Which fields the features have: rate_hz and hop all of them; n_fft, win_length and placement all
 * but a wave; n_mels to mel_norm mel bands alone; power to top_db mel bands and spectra; normalise
 * all but descriptors. Others are as hear_frontend_of gives them. Those of mel bands and spectra at
 * the end ("window" to "int16_scale", a window "hann" "povey") may be missing, which is 0, and are
 * written where they are not. */
typedef struct {
    hear_features features;
    uint32_t rate_hz;         /* 4000 .. 192000 */
    uint32_t n_fft;           /* a power of two, 64 .. 16384 */
    uint32_t win_length;      /* 1 .. n_fft; a periodic Hann */
    uint32_t hop;             /* 1 .. n_fft; of a wave 1 .. 16384 */
    hear_placement placement; /* of win_length samples in n_fft */
    uint32_t n_mels;          /* 1 .. 512 */
    double fmin_hz;           /* 0 <= fmin < fmax */
    double fmax_hz;           /* <= rate / 2 */
    hear_mel_scale mel_scale;
    hear_mel_shape mel_shape;
    hear_mel_norm mel_norm;
    uint32_t power; /* 1 magnitude, 2 power */
    hear_log log;   /* DB: 10 log10(x), 20 log10(x) of magnitudes; LN: ln(x) */
    double floor;   /* 1e-30 .. 1e6: DB takes max(x, floor), LN takes x + floor */
    bool ref_max;   /* DB: relative to the window's largest value; otherwise to 1 */
    double top_db;  /* DB: not further below the window's largest value, <= 1000; 0: no bound */
    hear_norm normalise; /* over the window: MINMAX to 0 .. 1, MEANVAR to mean 0, variance 1 */
    hear_window_shape window;
    double preemphasis; /* these as of hear_stft_treatment */
    bool remove_dc;
    bool int16_scale;
} hear_frontend_config;

/* What the mel bands of librosa.feature.melspectrogram with power_to_db have in common. */
#define HEAR_FRONTEND_LIBROSA                                                                      \
    .placement = HEAR_PLACE_CENTER, .mel_scale = HEAR_MEL_SLANEY, .mel_shape = HEAR_MEL_SHAPE_HZ,  \
    .mel_norm = HEAR_MEL_NORM_AREA, .power = 2, .log = HEAR_LOG_DB, .floor = 1e-10
/* librosa's habits at 16 kHz: 16000, 1024, 1024, 512, center, 128, 0, 8000, slaney, hz, area, 2,
 * db, 1e-10, false, 0, none. */
hear_frontend_config hear_frontend_default(void);
/* The same for other features, without what these do not have: of a wave and of descriptors no
 * logarithm, of a spectrum the magnitudes (power 1, log none). */
hear_frontend_config hear_frontend_of(hear_features features);
/* For pictures, mel bands: config itself where it has them, otherwise the default. */
hear_frontend_config hear_frontend_view(const hear_frontend_config *config);
/* Errors: HEAR_ERR_ARG, err names the field and its range. */
HEAR_MUST_CHECK hear_status hear_frontend_check(const hear_frontend_config *config,
                                                hear_error *err);
/* Errors: HEAR_ERR_MODEL, err names the key. Writing gives the same text for the same settings;
 * freed with free(). */
HEAR_MUST_CHECK hear_status hear_frontend_parse(hear_frontend_config *config, const char *json,
                                                hear_error *err);
char *hear_frontend_write(const hear_frontend_config *config); /* NULL where memory runs out */

/* Values of a frame. */
size_t hear_frontend_width(const hear_frontend_config *config);
/* What these are, in the plural: "mel bands", "samples", "bins", "descriptors". */
const char *hear_frontend_unit(const hear_frontend_config *config);
/* Samples that one frame spans: n_fft where centred, win_length where it starts, hop of a wave. */
size_t hear_frontend_frame_length(const hear_frontend_config *config);
/* Samples that n frames span: (n - 1) hop + frame_length. */
size_t hear_frontend_span(const hear_frontend_config *config, size_t n_frames);
/* The number of frames, at least 1, whose span is nearest to that many seconds. */
size_t hear_frontend_frames_for(const hear_frontend_config *config, double seconds);

typedef struct hear_frontend hear_frontend;

/* rate_hz: of the samples that will come, 1000 .. 768000. Errors: HEAR_ERR_ARG, HEAR_ERR_MEM. */
HEAR_MUST_CHECK hear_status hear_frontend_create(hear_frontend **out,
                                                 const hear_frontend_config *config,
                                                 uint32_t rate_hz, hear_error *err);
void hear_frontend_destroy(hear_frontend *f); /* NULL is allowed */
void hear_frontend_reset(hear_frontend *f);   /* as if new */

/* Takes samples until all n are taken or max_frames frames are out; *n_taken says how many, the
 * return value how many frames were written to frames [..][width] (log applied; window-wise parts
 * not). Call again with the rest. in NULL stands for zeros. Samples that are not finite count as 0,
 * those beyond ±1e6 as ±1e6. */
size_t hear_frontend_process(hear_frontend *f, const float *in, size_t n, size_t *n_taken,
                             float *frames, size_t max_frames);
/* The end of a recording: drains the resampler, then appends n_zeros zeros at the model's rate.
 * Call, with the same n_zeros, until it returns fewer than max_frames; another call then appends
 * more zeros. Afterwards only flush, reset and destroy. */
size_t hear_frontend_flush(hear_frontend *f, uint64_t n_zeros, float *frames, size_t max_frames);
/* Samples at the model's rate that went into frames so far, before any flush zeros; delay
 * compensated: after a flush it is round(n_in · rate / rate_in). */
uint64_t hear_frontend_position(const hear_frontend *f);

/* What a frame of digital silence has in that column, 0 .. width - 1, before the logarithm. */
float hear_frontend_silence(const hear_frontend_config *config, size_t column);
/* The logarithm alone, in place, for frames that were made with HEAR_LOG_NONE: the same bits as
 * with config's own. */
void hear_frontend_log(const hear_frontend_config *config, float *x, size_t n);

/* One window: in [n_frames][width] raw frames (row stride width) -> out, same shape: ref_max,
 * top_db, normalise. in == out is allowed. What is constant normalises to zeros. */
void hear_frontend_finish_window(const hear_frontend_config *config, const float *in, float *out,
                                 size_t n_frames);
#endif
