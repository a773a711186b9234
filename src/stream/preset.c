/* preset.c - see preset.h. */
#include "config.h"

#include "stream/preset.h"

#include "base/error.h"
#include "base/mem.h"
#include "base/text.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

/* What HTK's mel bands at 16 kHz are in YAMNet and Kaldi: 25 ms every 10 ms. */
#define HTK                                                                                        \
    .rate_hz = 16000, .n_fft = 512, .win_length = 400, .hop = 160, .placement = HEAR_PLACE_START,  \
    .mel_scale = HEAR_MEL_HTK, .mel_shape = HEAR_MEL_SHAPE_MEL, .mel_norm = HEAR_MEL_NORM_NONE,    \
    .log = HEAR_LOG_LN

static const hear_preset presets[] = {
    /* research.google.com/audioset: tensorflow/models, research/audioset/yamnet */
    { .name = "yamnet",
      .frontend = { HTK, .n_mels = 64, .fmin_hz = 125.0, .fmax_hz = 7500.0, .power = 1,
                    .floor = 0.001 },
      .window_s = 3.0 },
    /* librosa.feature.melspectrogram and power_to_db, as they are called without arguments */
    { .name = "librosa",
      .frontend = { HEAR_FRONTEND_LIBROSA, .rate_hz = 22050, .n_fft = 2048, .win_length = 2048,
                    .hop = 512, .n_mels = 128, .fmin_hz = 0.0, .fmax_hz = 11025.0, .top_db = 80.0 },
      .window_s = 3.0 },
    /* Kong et al. 2020, Cnn14 at 32 kHz */
    { .name = "panns",
      .frontend = { HEAR_FRONTEND_LIBROSA, .rate_hz = 32000, .n_fft = 1024, .win_length = 1024,
                    .hop = 320, .n_mels = 64, .fmin_hz = 50.0, .fmax_hz = 14000.0 },
      .window_s = 3.0 },
    /* compute-fbank-feats of Kaldi with 80 bins and no dither; of torchaudio.compliance.kaldi */
    { .name = "kaldi",
      .frontend = { HTK, .n_mels = 80, .fmin_hz = 20.0, .fmax_hz = 8000.0, .power = 2,
                    .floor = 1.1920929e-7, /* FLT_EPSILON, about */
                    .window = HEAR_WINDOW_POVEY, .preemphasis = 0.97, .remove_dc = true,
                    .int16_scale = true },
      .window_s = 3.0 },
    /* samples as they are: hop of them a frame */
    { .name = "wave",
      .frontend = { .features = HEAR_FEATURES_WAVE, .rate_hz = 16000, .hop = 160 },
      .window_s = 3.0 },
};

static const hear_preset *find(const char *name, size_t length)
{
    for (size_t i = 0; i < sizeof presets / sizeof presets[0]; i++)
        if (strlen(presets[i].name) == length && strncmp(presets[i].name, name, length) == 0)
            return &presets[i];
    return NULL;
}

/* A number, true or false stand for themselves; all else is a word. */
static json_t *value_of(const char *text)
{
    double number;
    uint64_t whole;
    if (strcmp(text, "true") == 0 || strcmp(text, "false") == 0)
        return json_boolean(text[0] == 't');
    if (hear_parse_uint(text, &whole) && whole <= INT32_MAX)
        return json_integer((json_int_t)whole);
    return hear_parse_double(text, &number) ? json_real(number) : json_string(text);
}

/* "KEY=VALUE,…", which is cut into pieces, into the object. */
static hear_status set_all(json_t *given, char *settings, hear_error *err)
{
    for (char *pair; (pair = strsep(&settings, ",")) != NULL;) {
        char *const equals = strchr(pair, '=');
        if (!equals)
            return hear_fail(err, HEAR_ERR_ARG, "'%.60s' is no KEY=VALUE", pair);
        *equals = '\0';
        if (json_object_set_new(given, pair, value_of(equals + 1)) != 0)
            return hear_fail(err, HEAR_ERR_ARG, "'%.60s' is no setting", pair);
    }
    return HEAR_OK;
}

static json_t *object_of(const hear_frontend_config *config)
{
    char *json = hear_frontend_write(config);
    json_t *object = json ? json_loads(json, 0, NULL) : NULL;
    free(json);
    return object;
}

/* The same for other features, where `given` names some: what both have stays. */
static hear_frontend_config with_features(const hear_frontend_config *old, const json_t *given)
{
    const char *const name = json_string_value(json_object_get(given, "features"));
    for (int f = HEAR_FEATURES_MEL; name && f <= HEAR_FEATURES_DESCRIPTORS; f++) {
        hear_frontend_config config = hear_frontend_of((hear_features)f);
        json_t *object = object_of(&config);
        const char *const its = json_string_value(json_object_get(object, "features"));
        const bool same = its && strcmp(its, name) == 0;
        json_decref(object);
        if (!same || config.features == old->features)
            continue;
        config.rate_hz = old->rate_hz;
        if (config.features == HEAR_FEATURES_MEL)
            config.fmax_hz = old->rate_hz / 2.0;
        if (old->features != HEAR_FEATURES_WAVE && config.features != HEAR_FEATURES_WAVE) {
            config.n_fft = old->n_fft;
            config.win_length = old->win_length;
            config.placement = old->placement;
        }
        config.hop = old->hop;
        return config;
    }
    return *old;
}

static hear_status follow(json_t *object, const json_t *given, const hear_frontend_config *old)
{
    int bad = 0;
    const json_t *const rate = json_object_get(object, "rate_hz");
    const json_t *const n_fft = json_object_get(object, "n_fft");
    if (old->features == HEAR_FEATURES_MEL && old->fmax_hz == old->rate_hz / 2.0 &&
        !json_object_get(given, "fmax_hz"))
        bad |= json_object_set_new(object, "fmax_hz", json_real(json_number_value(rate) / 2.0));
    if (old->features != HEAR_FEATURES_WAVE && old->win_length == old->n_fft &&
        !json_object_get(given, "win_length") && json_is_integer(n_fft))
        bad |= json_object_set_new(object, "win_length", json_integer(json_integer_value(n_fft)));
    return bad ? HEAR_ERR_MEM : HEAR_OK;
}

static hear_status change(hear_frontend_config *config, char *settings, hear_error *err)
{
    char *changed = NULL;
    json_t *object = NULL, *given = json_object();
    hear_status s = given ? set_all(given, settings, err) : hear_fail(err, HEAR_ERR_MEM, NULL);
    if (s == HEAR_OK) {
        *config = with_features(config, given);
        object = object_of(config);
    }
    if (s == HEAR_OK && (!object || json_object_update(object, given) != 0 ||
                         follow(object, given, config) != HEAR_OK ||
                         !(changed = json_dumps(object, JSON_REAL_PRECISION(15)))))
        s = hear_fail(err, HEAR_ERR_MEM, NULL);
    if (s == HEAR_OK) {
        s = hear_frontend_parse(config, changed, err);
        if (s == HEAR_ERR_MODEL) { /* the caller's words, not a file's */
            s = HEAR_ERR_ARG;
            if (err)
                err->status = s;
        }
    }
    json_decref(object);
    json_decref(given);
    free(changed);
    return s;
}

hear_status hear_preset_parse(hear_preset *preset, const char *spec, hear_error *err)
{
    const size_t length = strcspn(spec, ",");
    const hear_preset *const found = find(spec, length);
    if (!found)
        return hear_fail(err, HEAR_ERR_ARG, "'%.*s' is none of " HEAR_PRESET_NAMES,
                         (int)(length < 40 ? length : 40), spec);
    *preset = *found;
    if (found->frontend.features == HEAR_FEATURES_WAVE) { /* what it does not have, rests */
        preset->frontend = hear_frontend_of(HEAR_FEATURES_WAVE);
        preset->frontend.rate_hz = found->frontend.rate_hz;
        preset->frontend.hop = found->frontend.hop;
    }
    if (!spec[length])
        return HEAR_OK;
    char *settings = hear_strdup(spec + length + 1);
    if (!settings)
        return hear_fail(err, HEAR_ERR_MEM, NULL);
    const hear_status s = change(&preset->frontend, settings, err);
    free(settings);
    return s;
}
