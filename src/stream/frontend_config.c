/* frontend_config.c - settings of the front end: their ranges, and their JSON. See frontend.h. */
#include "config.h"

#include "stream/frontend.h"

#include "base/error.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef enum { KIND_UINT, KIND_DOUBLE, KIND_BOOL, KIND_CHOICE } kind;

typedef struct {
    const char *key;
    kind kind;
    size_t offset;
    double min, max;        /* numbers: the range */
    const char *choices[4]; /* KIND_CHOICE: text of value 0, 1, … */
} field;

#define AT(name) offsetof(hear_frontend_config, name)

/* In the order in which they are written. */
static const field fields[] = {
    { "rate_hz", KIND_UINT, AT(rate_hz), 4000, 192000, { 0 } },
    { "n_fft", KIND_UINT, AT(n_fft), 64, 16384, { 0 } },
    { "win_length", KIND_UINT, AT(win_length), 1, 16384, { 0 } },
    { "hop", KIND_UINT, AT(hop), 1, 16384, { 0 } },
    { "placement", KIND_CHOICE, AT(placement), 0, 0, { "center", "start" } },
    { "n_mels", KIND_UINT, AT(n_mels), 1, 512, { 0 } },
    { "fmin_hz", KIND_DOUBLE, AT(fmin_hz), 0, 96000, { 0 } },
    { "fmax_hz", KIND_DOUBLE, AT(fmax_hz), 0, 96000, { 0 } },
    { "mel_scale", KIND_CHOICE, AT(mel_scale), 0, 0, { "slaney", "htk" } },
    { "mel_shape", KIND_CHOICE, AT(mel_shape), 0, 0, { "hz", "mel" } },
    { "mel_norm", KIND_CHOICE, AT(mel_norm), 0, 0, { "area", "none" } },
    { "power", KIND_UINT, AT(power), 1, 2, { 0 } },
    { "log", KIND_CHOICE, AT(log), 0, 0, { "none", "db", "ln" } },
    { "floor", KIND_DOUBLE, AT(floor), 1e-30, 1e6, { 0 } },
    { "ref_max", KIND_BOOL, AT(ref_max), 0, 0, { 0 } },
    { "top_db", KIND_DOUBLE, AT(top_db), 0, 1000, { 0 } },
    { "normalise", KIND_CHOICE, AT(normalise), 0, 0, { "none", "minmax", "meanvar" } },
};
#define N_FIELDS (sizeof fields / sizeof fields[0])

/* Every enum of the config is read and written as an unsigned int. */
_Static_assert(sizeof(hear_placement) == sizeof(unsigned) && sizeof(hear_log) == sizeof(unsigned) &&
                   sizeof(hear_norm) == sizeof(unsigned) &&
                   sizeof(hear_mel_scale) == sizeof(unsigned) &&
                   sizeof(hear_mel_shape) == sizeof(unsigned) &&
                   sizeof(hear_mel_norm) == sizeof(unsigned),
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
    return (hear_frontend_config){
        .rate_hz = 16000,
        .n_fft = 1024,
        .win_length = 1024,
        .hop = 512,
        .placement = HEAR_PLACE_CENTER,
        .n_mels = 128,
        .fmin_hz = 0.0,
        .fmax_hz = 8000.0,
        .mel_scale = HEAR_MEL_SLANEY,
        .mel_shape = HEAR_MEL_SHAPE_HZ,
        .mel_norm = HEAR_MEL_NORM_AREA,
        .power = 2,
        .log = HEAR_LOG_DB,
        .floor = 1e-10,
    };
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

hear_status hear_frontend_check(const hear_frontend_config *config, hear_error *err)
{
    for (size_t i = 0; i < N_FIELDS; i++) {
        const hear_status status = check_field(config, &fields[i], err);
        if (status != HEAR_OK)
            return status;
    }
    if ((config->n_fft & (config->n_fft - 1)) != 0)
        return hear_fail(err, HEAR_ERR_ARG, "n_fft %u is not a power of two", config->n_fft);
    if (config->win_length > config->n_fft)
        return hear_fail(err, HEAR_ERR_ARG, "win_length %u is greater than n_fft %u",
                         config->win_length, config->n_fft);
    if (config->hop > config->n_fft)
        return hear_fail(err, HEAR_ERR_ARG, "hop %u is greater than n_fft %u", config->hop,
                         config->n_fft);
    if (config->fmax_hz > config->rate_hz / 2.0)
        return hear_fail(err, HEAR_ERR_ARG, "fmax_hz %g is above half of rate_hz %u",
                         config->fmax_hz, config->rate_hz);
    if (!(config->fmin_hz < config->fmax_hz))
        return hear_fail(err, HEAR_ERR_ARG, "fmin_hz %g is not below fmax_hz %g", config->fmin_hz,
                         config->fmax_hz);
    return HEAR_OK;
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

static hear_status read_object(hear_frontend_config *config, json_t *object, hear_error *err)
{
    const char *key;
    json_t *value;
    json_object_foreach(object, key, value) if (!find_field(key)) return hear_fail(
        err, HEAR_ERR_MODEL, "front end: unknown key \"%s\"", key);
    for (size_t i = 0; i < N_FIELDS; i++) {
        value = json_object_get(object, fields[i].key);
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

char *hear_frontend_write(const hear_frontend_config *config)
{
    if (hear_frontend_check(config, NULL) != HEAR_OK)
        return NULL;
    json_t *object = json_object();
    bool ok = object != NULL;
    for (size_t i = 0; ok && i < N_FIELDS; i++)
        ok = json_object_set_new(object, fields[i].key, field_to_json(config, &fields[i])) == 0;
    /* 15 digits keep what people write ("0.001"); 17 where that would lose a bit */
    char *text = ok ? json_dumps(object, JSON_REAL_PRECISION(15)) : NULL;
    hear_frontend_config back;
    if (text && (hear_frontend_parse(&back, text, NULL) != HEAR_OK || back.floor != config->floor ||
                 back.top_db != config->top_db || back.fmin_hz != config->fmin_hz ||
                 back.fmax_hz != config->fmax_hz)) {
        free(text);
        text = json_dumps(object, JSON_REAL_PRECISION(17));
    }
    json_decref(object);
    return text;
}

size_t hear_frontend_frame_length(const hear_frontend_config *config)
{
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
