/* epochs.c - see epochs.h. */
#include "config.h"

#include "train/epochs.h"

#include "base/error.h"
#include "base/file.h"
#include "base/mem.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_BYTES = 1 << 26 };

static double number_of(const json_t *line, const char *key)
{
    const json_t *value = json_object_get(line, key);
    return json_is_number(value) ? json_number_value(value) : NAN;
}

static bool is_of_type(const json_t *line, const char *wanted)
{
    const char *type = json_string_value(json_object_get(line, "type"));
    return type && strcmp(type, wanted) == 0;
}

static hear_status add(hear_epochs *e, const json_t *line, size_t at, hear_error *err)
{
    const json_int_t number = json_integer_value(json_object_get(line, "epoch"));
    const hear_epoch epoch = { .number = (size_t)number,
                               .loss = number_of(line, "loss"),
                               .accuracy = number_of(line, "accuracy"),
                               .valid_loss = number_of(line, "valid_loss"),
                               .valid_accuracy = number_of(line, "valid_accuracy"),
                               .best = json_is_true(json_object_get(line, "best")) };
    if (number < 1 || isnan(epoch.loss) || isnan(epoch.accuracy))
        return hear_fail(err, HEAR_ERR_DATA, "line %zu: no epoch, loss and accuracy", at);
    while (e->n > 0 && e->epoch[e->n - 1].number >= epoch.number)
        e->n--;
    if (!hear_grow(&e->epoch, &e->room, e->n, sizeof *e->epoch))
        return hear_fail(err, HEAR_ERR_MEM, NULL);
    e->epoch[e->n++] = epoch;
    return HEAR_OK;
}

static hear_status read_line(hear_epochs *e, const char *text, size_t n, size_t at, bool *is_log,
                             hear_error *err)
{
    json_error_t why;
    json_t *line = json_loadb(text, n, 0, &why);
    if (!line)
        return hear_fail(err, HEAR_ERR_DATA, "line %zu: %s", at, why.text);
    const bool is_epoch = is_of_type(line, "epoch");
    const hear_status s = is_epoch ? add(e, line, at, err) : HEAR_OK;
    *is_log = *is_log || is_epoch || is_of_type(line, "training");
    json_decref(line);
    return s;
}

hear_status hear_epochs_read(hear_epochs *e, const char *path, hear_error *err)
{
    *e = (hear_epochs){ .n = 0 };
    char *text;
    size_t n_bytes, at = 0;
    bool is_log = false;
    hear_status s = hear_file_read(path, MAX_BYTES, &text, &n_bytes, err);
    if (s != HEAR_OK)
        return s;
    for (const char *line = text; s == HEAR_OK && *line;) {
        const size_t n = strcspn(line, "\n");
        at++;
        if (n > 0)
            s = read_line(e, line, n, at, &is_log, err);
        if (s == HEAR_ERR_DATA && !line[n] && is_log) /* cut while it was written */
            s = HEAR_OK;
        line += n + (line[n] == '\n');
    }
    free(text);
    if (s == HEAR_OK && !is_log)
        s = hear_fail(err, HEAR_ERR_DATA, "there is no epoch of a training in it");
    if (s != HEAR_OK)
        hear_epochs_clear(e);
    return s;
}

void hear_epochs_clear(hear_epochs *e)
{
    free(e->epoch);
    *e = (hear_epochs){ .n = 0 };
}
