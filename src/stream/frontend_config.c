/* frontend_config.c - settings of the front end: their ranges, and their JSON. See frontend.h. */
#include "config.h"

#include "stream/frontend.h"

#include "base/error.h"
#include "dsp/descriptors.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef enum { KIND_UINT, KIND_DOUBLE, KIND_BOOL, KIND_CHOICE } kind;

enum { /* sets of hear_features */
       MEL = 1 << HEAR_FEATURES_MEL,
       WAVE = 1 << HEAR_FEATURES_WAVE,
       SPECTRUM = 1 << HEAR_FEATURES_SPECTRUM,
       DESCRIPTORS = 1 << HEAR_FEATURES_DESCRIPTORS,
       BANDS = MEL | SPECTRUM,
       FFT = BANDS | DESCRIPTORS,
       ALL = FFT | WAVE
};

typedef struct {
    const char *key;
    int features; /* that have it */
    kind kind;
    size_t offset;
    double min, max;        /* numbers: the range */
    const char *choices[4]; /* KIND_CHOICE: text of value 0, 1, … */
} field;

#define AT(name) offsetof(hear_frontend_config, name)

/* In the order in which they are written; "features" first, since it tells what else there is. */
static const field fields[] = {
    { "features",
      ALL,
      KIND_CHOICE,
      AT(features),
      0,
      0,
      { "mel", "wave", "spectrum", "descriptors" } },
    { "rate_hz", ALL, KIND_UINT, AT(rate_hz), 4000, 192000, { 0 } },
    { "n_fft", FFT, KIND_UINT, AT(n_fft), 64, 16384, { 0 } },
    { "win_length", FFT, KIND_UINT, AT(win_length), 1, 16384, { 0 } },
    { "hop", ALL, KIND_UINT, AT(hop), 1, 16384, { 0 } },
    { "placement", FFT, KIND_CHOICE, AT(placement), 0, 0, { "center", "start" } },
    { "n_mels", MEL, KIND_UINT, AT(n_mels), 1, 512, { 0 } },
    { "fmin_hz", MEL, KIND_DOUBLE, AT(fmin_hz), 0, 96000, { 0 } },
    { "fmax_hz", MEL, KIND_DOUBLE, AT(fmax_hz), 0, 96000, { 0 } },
    { "mel_scale", MEL, KIND_CHOICE, AT(mel_scale), 0, 0, { "slaney", "htk" } },
    { "mel_shape", MEL, KIND_CHOICE, AT(mel_shape), 0, 0, { "hz", "mel" } },
    { "mel_norm", MEL, KIND_CHOICE, AT(mel_norm), 0, 0, { "area", "none" } },
    { "power", BANDS, KIND_UINT, AT(power), 1, 2, { 0 } },
    { "log", BANDS, KIND_CHOICE, AT(log), 0, 0, { "none", "db", "ln" } },
    { "floor", BANDS, KIND_DOUBLE, AT(floor), 1e-30, 1e6, { 0 } },
    { "ref_max", BANDS, KIND_BOOL, AT(ref_max), 0, 0, { 0 } },
    { "top_db", BANDS, KIND_DOUBLE, AT(top_db), 0, 1000, { 0 } },
    { "normalise",
      BANDS | WAVE,
      KIND_CHOICE,
      AT(normalise),
      0,
      0,
      { "none", "minmax", "meanvar" } },
    { "window", BANDS, KIND_CHOICE, AT(window), 0, 0, { "hann", "povey" } },
    { "preemphasis", BANDS, KIND_DOUBLE, AT(preemphasis), 0, 1, { 0 } },
    { "remove_dc", BANDS, KIND_BOOL, AT(remove_dc), 0, 0, { 0 } },
    { "int16_scale", BANDS, KIND_BOOL, AT(int16_scale), 0, 0, { 0 } },
};
#define N_FIELDS (sizeof fields / sizeof fields[0])
#define N_MAY_MISS 4 /* the last of them, which then are 0 */

static bool may_miss(const field *f)
{
    return f >= fields + (N_FIELDS - N_MAY_MISS);
}

/* Every enum of the config is read and written as an unsigned int. */
_Static_assert(sizeof(hear_features) == sizeof(unsigned) &&
                   sizeof(hear_placement) == sizeof(unsigned) &&
                   sizeof(hear_log) == sizeof(unsigned) && sizeof(hear_norm) == sizeof(unsigned) &&
                   sizeof(hear_mel_scale) == sizeof(unsigned) &&
                   sizeof(hear_mel_shape) == sizeof(unsigned) &&
                   sizeof(hear_mel_norm) == sizeof(unsigned) &&
                   sizeof(hear_window_shape) == sizeof(unsigned),
               "an enum of another size");

static void *place(hear_frontend_config *config, const field *f)
{
    return (char *)config + f->offset;
}

static unsigned get_uint(const hear_frontend_config *config, const field *f)
{
    unsigned value;
    memcpy(&value, (const char *)config + f->offset, sizeof value);
    return value;
}

static double get_double(const hear_frontend_config *config, const field *f)
{
    double value;
    memcpy(&value, (const char *)config + f->offset, sizeof value);
    return value;
}

static size_t count_choices(const field *f)
{
    size_t n = 0;
    while (n < sizeof f->choices / sizeof f->choices[0] && f->choices[n])
        n++;
    return n;
}

hear_frontend_config hear_frontend_default(void)
{
    return (hear_frontend_config){ HEAR_FRONTEND_LIBROSA, .rate_hz = 16000, .n_fft = 1024,
                                   .win_length = 1024,    .hop = 512,       .n_mels = 128,
                                   .fmin_hz = 0.0,        .fmax_hz = 8000.0 };
}

hear_frontend_config hear_frontend_of(hear_features features)
{
    hear_frontend_config config = hear_frontend_default();
    config.features = features;
    if (features != HEAR_FEATURES_MEL) {
        config.log = HEAR_LOG_NONE;
        config.power = features == HEAR_FEATURES_SPECTRUM ? 1 : 2;
    }
    return config;
}

hear_frontend_config hear_frontend_view(const hear_frontend_config *config)
{
    return config->features == HEAR_FEATURES_MEL ? *config : hear_frontend_default();
}

static bool has(const hear_frontend_config *config, const field *f)
{
    return f->features >> config->features & 1;
}

static hear_status check_field(const hear_frontend_config *config, const field *f, hear_error *err)
{
    switch (f->kind) {
    case KIND_CHOICE:
        if (get_uint(config, f) >= count_choices(f))
            return hear_fail(err, HEAR_ERR_ARG, "%s is none of its choices", f->key);
        return HEAR_OK;
    case KIND_UINT:
    case KIND_DOUBLE: {
        const double v = f->kind == KIND_UINT ? (double)get_uint(config, f) : get_double(config, f);
        if (!(v >= f->min && v <= f->max))
            return hear_fail(err, HEAR_ERR_ARG, "%s %g is not in %g .. %g", f->key, v, f->min,
                             f->max);
        return HEAR_OK;
    }
    case KIND_BOOL:
        break;
    }
    return HEAR_OK;
}

static hear_status check_fft(const hear_frontend_config *config, hear_error *err)
{
    if ((config->n_fft & (config->n_fft - 1)) != 0)
        return hear_fail(err, HEAR_ERR_ARG, "n_fft %u is not a power of two", config->n_fft);
    if (config->win_length > config->n_fft)
        return hear_fail(err, HEAR_ERR_ARG, "win_length %u is greater than n_fft %u",
                         config->win_length, config->n_fft);
    if (config->hop > config->n_fft)
        return hear_fail(err, HEAR_ERR_ARG, "hop %u is greater than n_fft %u", config->hop,
                         config->n_fft);
    return HEAR_OK;
}

static hear_status check_mel(const hear_frontend_config *config, hear_error *err)
{
    if (config->fmax_hz > config->rate_hz / 2.0)
        return hear_fail(err, HEAR_ERR_ARG, "fmax_hz %g is above half of rate_hz %u",
                         config->fmax_hz, config->rate_hz);
    if (!(config->fmin_hz < config->fmax_hz))
        return hear_fail(err, HEAR_ERR_ARG, "fmin_hz %g is not below fmax_hz %g", config->fmin_hz,
                         config->fmax_hz);
    return HEAR_OK;
}

/* What the features do not have must not act. */
static hear_status check_idle(const hear_frontend_config *config, hear_error *err)
{
    const bool bands = BANDS >> config->features & 1;
    const char *acts =
        !bands && config->power != 2             ? "power"
        : !bands && config->log != HEAR_LOG_NONE ? "log"
        : !bands && config->ref_max              ? "ref_max"
        : !bands && config->top_db != 0.0        ? "top_db"
        : !bands && config->window               ? "window"
        : !bands && config->preemphasis != 0.0   ? "preemphasis"
        : !bands && config->remove_dc            ? "remove_dc"
        : !bands && config->int16_scale          ? "int16_scale"
        : config->features == HEAR_FEATURES_DESCRIPTORS && config->normalise != HEAR_NORM_NONE
            ? "normalise"
            : NULL;
    return acts ? hear_fail(err, HEAR_ERR_ARG, "%s is not for features \"%s\"", acts,
                            fields[0].choices[config->features])
                : HEAR_OK;
}

hear_status hear_frontend_check(const hear_frontend_config *config, hear_error *err)
{
    hear_status status = check_field(config, &fields[0], err);
    for (size_t i = 1; status == HEAR_OK && i < N_FIELDS; i++)
        if (has(config, &fields[i]))
            status = check_field(config, &fields[i], err);
    if (status == HEAR_OK && config->features != HEAR_FEATURES_WAVE)
        status = check_fft(config, err);
    if (status == HEAR_OK && config->features == HEAR_FEATURES_MEL)
        status = check_mel(config, err);
    return status == HEAR_OK ? check_idle(config, err) : status;
}

static const field *find_field(const char *key)
{
    for (size_t i = 0; i < N_FIELDS; i++)
        if (strcmp(fields[i].key, key) == 0)
            return &fields[i];
    return NULL;
}

static bool read_field(hear_frontend_config *config, const field *f, const json_t *value)
{
    switch (f->kind) {
    case KIND_UINT: {
        if (!json_is_integer(value))
            return false;
        const json_int_t v = json_integer_value(value);
        if (v < 0 || v > UINT32_MAX)
            return false;
        *(uint32_t *)place(config, f) = (uint32_t)v;
        return true;
    }
    case KIND_DOUBLE:
        if (!json_is_number(value))
            return false;
        *(double *)place(config, f) = json_number_value(value);
        return true;
    case KIND_BOOL:
        if (!json_is_boolean(value))
            return false;
        *(bool *)place(config, f) = json_is_true(value);
        return true;
    case KIND_CHOICE:
        for (size_t i = 0; i < count_choices(f); i++)
            if (json_is_string(value) && strcmp(json_string_value(value), f->choices[i]) == 0) {
                const unsigned choice = (unsigned)i;
                memcpy(place(config, f), &choice, sizeof choice);
                return true;
            }
        return false;
    }
    return false;
}

static hear_status check_keys(const hear_frontend_config *config, json_t *object, hear_error *err)
{
    const char *key;
    json_t *value;
    json_object_foreach(object, key, value)
    {
        const field *f = find_field(key);
        if (!f)
            return hear_fail(err, HEAR_ERR_MODEL, "front end: unknown key \"%s\"", key);
        if (!has(config, f))
            return hear_fail(err, HEAR_ERR_MODEL, "front end: features \"%s\" have no \"%s\"",
                             fields[0].choices[config->features], key);
    }
    return HEAR_OK;
}

static hear_status read_object(hear_frontend_config *config, json_t *object, hear_error *err)
{
    const json_t *features = json_object_get(object, fields[0].key);
    if (features && !read_field(config, &fields[0], features))
        return hear_fail(err, HEAR_ERR_MODEL, "front end: bad value of \"%s\"", fields[0].key);
    *config = hear_frontend_of(config->features);
    const hear_status status = check_keys(config, object, err);
    if (status != HEAR_OK)
        return status;
    for (size_t i = 1; i < N_FIELDS; i++) {
        if (!has(config, &fields[i]))
            continue;
        const json_t *value = json_object_get(object, fields[i].key);
        if (!value && may_miss(&fields[i]))
            continue;
        if (!value)
            return hear_fail(err, HEAR_ERR_MODEL, "front end: no key \"%s\"", fields[i].key);
        if (!read_field(config, &fields[i], value))
            return hear_fail(err, HEAR_ERR_MODEL, "front end: bad value of \"%s\"", fields[i].key);
    }
    hear_error why;
    if (hear_frontend_check(config, &why) != HEAR_OK)
        return hear_fail(err, HEAR_ERR_MODEL, "front end: %s", hear_error_text(&why));
    return HEAR_OK;
}

hear_status hear_frontend_parse(hear_frontend_config *config, const char *json, hear_error *err)
{
    json_error_t why;
    json_t *object = json_loads(json, JSON_REJECT_DUPLICATES, &why);
    if (!object)
        return hear_fail(err, HEAR_ERR_MODEL, "front end: not JSON: %s", why.text);
    hear_frontend_config parsed = hear_frontend_default();
    const hear_status status = json_is_object(object)
                                   ? read_object(&parsed, object, err)
                                   : hear_fail(err, HEAR_ERR_MODEL, "front end: not a JSON object");
    json_decref(object);
    if (status == HEAR_OK)
        *config = parsed;
    return status;
}

static json_t *field_to_json(const hear_frontend_config *config, const field *f)
{
    switch (f->kind) {
    case KIND_UINT:
        return json_integer(get_uint(config, f));
    case KIND_DOUBLE:
        return json_real(get_double(config, f));
    case KIND_BOOL:
        return json_boolean(*(const bool *)((const char *)config + f->offset));
    case KIND_CHOICE:
        return json_string(f->choices[get_uint(config, f)]);
    }
    return NULL;
}

static bool is_left_out(const hear_frontend_config *config, const field *f)
{
    if (!may_miss(f))
        return false;
    if (f->kind == KIND_BOOL)
        return !*(const bool *)((const char *)config + f->offset);
    return f->kind == KIND_DOUBLE ? get_double(config, f) == 0.0 : get_uint(config, f) == 0;
}

static bool same_reals(const hear_frontend_config *a, const hear_frontend_config *b)
{
    for (size_t i = 0; i < N_FIELDS; i++)
        if (fields[i].kind == KIND_DOUBLE && has(a, &fields[i]) &&
            get_double(a, &fields[i]) != get_double(b, &fields[i]))
            return false;
    return true;
}

char *hear_frontend_write(const hear_frontend_config *config)
{
    if (hear_frontend_check(config, NULL) != HEAR_OK)
        return NULL;
    json_t *object = json_object();
    bool ok = object != NULL;
    for (size_t i = 0; ok && i < N_FIELDS; i++)
        ok = !has(config, &fields[i]) || is_left_out(config, &fields[i]) ||
             json_object_set_new(object, fields[i].key, field_to_json(config, &fields[i])) == 0;
    /* 15 digits keep what people write ("0.001"); 17 where that would lose a bit */
    char *text = ok ? json_dumps(object, JSON_REAL_PRECISION(15)) : NULL;
    hear_frontend_config back;
    if (text && (hear_frontend_parse(&back, text, NULL) != HEAR_OK || !same_reals(config, &back))) {
        free(text);
        text = json_dumps(object, JSON_REAL_PRECISION(17));
    }
    json_decref(object);
    return text;
}

size_t hear_frontend_width(const hear_frontend_config *config)
{
    switch (config->features) {
    case HEAR_FEATURES_WAVE:
        return config->hop;
    case HEAR_FEATURES_SPECTRUM:
        return config->n_fft / 2 + 1;
    case HEAR_FEATURES_DESCRIPTORS:
        return HEAR_N_DESCRIPTORS;
    case HEAR_FEATURES_MEL:
        break;
    }
    return config->n_mels;
}

const char *hear_frontend_unit(const hear_frontend_config *config)
{
    static const char *const units[] = { "mel bands", "samples", "bins", "descriptors" };
    return units[config->features];
}

size_t hear_frontend_frame_length(const hear_frontend_config *config)
{
    if (config->features == HEAR_FEATURES_WAVE)
        return config->hop;
    return hear_stft_frame_length(config->n_fft, config->win_length, config->placement);
}

size_t hear_frontend_span(const hear_frontend_config *config, size_t n_frames)
{
    if (n_frames == 0)
        return 0;
    return (n_frames - 1) * config->hop + hear_frontend_frame_length(config);
}

size_t hear_frontend_frames_for(const hear_frontend_config *config, double seconds)
{
    const double samples = seconds * config->rate_hz;
    const double hops = (samples - (double)hear_frontend_frame_length(config)) / config->hop;
    return hops > 0.0 ? (size_t)llrint(hops) + 1 : 1;
}
