/* train_data.c - see train_data.h. */
#include "config.h"

#include "app/train_data.h"

#include "app/report.h"
#include "base/error.h"
#include "base/text.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

typedef struct {
    char label[HEAR_MAX_LABEL];
    uint64_t n;
    double most_db; /* of the loudest; 0: as ever */
} silence;

/* "LABEL", "LABEL:N" or "LABEL:N:DB"; an end that looks like a number is one. */
static hear_status parse_silence(silence *s, const char *text, hear_error *err)
{
    *s = (silence){ .n = 64 };
    size_t bytes = strlen(text);
    const char *colon = strrchr(text, ':');
    bool right = true, counted = colon && (!colon[1] || strchr("+-.0123456789", colon[1]));
    if (counted && colon[1] == '-') {
        right =
            hear_parse_double(colon + 1, &s->most_db) && s->most_db >= -90.0 && s->most_db <= -20.0;
        bytes = (size_t)(colon - text);
        while (colon > text && *--colon != ':')
            ;
        right = right && colon > text; /* N is there, too */
    }
    char number[24] = "";
    if (counted && right) {
        snprintf(number, sizeof number, "%.*s", (int)(text + bytes - colon - 1), colon + 1);
        right = text + bytes - colon < (ptrdiff_t)sizeof number && hear_parse_uint(number, &s->n);
        bytes = (size_t)(colon - text);
    }
    if (!right || bytes == 0 || bytes >= sizeof s->label || s->n < 1 || s->n > 100000)
        return hear_fail(err, HEAR_ERR_ARG,
                         "--silence takes LABEL, LABEL:N or LABEL:N:DB, N from 1 to 100000, DB "
                         "from -90 to -20");
    memcpy(s->label, text, bytes);
    s->label[bytes] = '\0';
    const char *const fault = hear_label_fault(s->label);
    return fault ? hear_fail(err, HEAR_ERR_ARG, "--silence: label '%.40s' %s", s->label, fault)
                 : HEAR_OK;
}

double hear_train_made_db(const hear_train_args *args)
{
    silence made;
    return args->silence && parse_silence(&made, args->silence, NULL) == HEAR_OK ? made.most_db
                                                                                 : 0.0;
}

hear_status hear_train_check_data(const hear_train_args *a, hear_error *err)
{
    silence made;
    uint64_t n;
    if (a->cross && strcmp(a->cross, "source") != 0 && (!hear_parse_uint(a->cross, &n) || n < 2))
        return hear_fail(err, HEAR_ERR_ARG, "--cross takes source, or a number of folds from 2");
    return a->silence ? parse_silence(&made, a->silence, err) : HEAR_OK;
}

static hear_status add_silence(hear_dataset *d, const char *text, hear_error *err)
{
    silence made;
    const hear_status parsed = parse_silence(&made, text, err);
    if (parsed != HEAR_OK)
        return parsed;
    for (uint64_t i = 0; i < made.n; i++) {
        char group[40];
        snprintf(group, sizeof group, "made silence %llu", (unsigned long long)i);
        const hear_clip_entry entry = { .label = made.label,
                                        .group = group,
                                        .source = "silence made by hearsay" };
        const hear_status added = hear_dataset_add(d, &entry);
        if (added != HEAR_OK)
            return hear_fail(err, added, NULL);
    }
    return HEAR_OK;
}

hear_status hear_train_open_data(hear_dataset **out, const hear_train_args *a, hear_error *err)
{
    hear_status s = hear_dataset_open(out, a->data, a->root, err);
    if (s == HEAR_OK && a->silence && (s = add_silence(*out, a->silence, err)) == HEAR_OK)
        s = hear_dataset_finish(*out, err);
    return s == HEAR_OK ? hear_dataset_check(*out, err) : s;
}

void hear_train_splits(char *out, size_t room, const hear_dataset *d, const hear_train_args *a,
                       bool drawn)
{
    char seed[64] = "";
    if (drawn && hear_dataset_count(d, HEAR_SPLIT_VALID) > 0)
        snprintf(seed, sizeof seed, ", drawn with seed %llu", (unsigned long long)a->seed);
    snprintf(out, room, "%s: %zu recordings to learn from, %zu to choose by%s, %zu to test on.",
             d->has_group ? "Whole groups" : "Each recording a group of its own",
             hear_dataset_count(d, HEAR_SPLIT_TRAIN), hear_dataset_count(d, HEAR_SPLIT_VALID), seed,
             hear_dataset_count(d, HEAR_SPLIT_TEST));
}

int hear_train_tell_unreadable(const hear_dataset *d, const hear_sounds *s, const char *name)
{
    if (!d || !s || s->n_unreadable == 0)
        return HEAR_EXIT_OK;
    for (size_t i = 0; i < s->n; i++)
        if (!s->sound[i].frames)
            hear_report_text(HEAR_ERR_DATA, d->clips[i].path, "%s, left out", s->sound[i].why);
    return hear_report_text(HEAR_ERR_DATA, name, "%zu of %zu recordings could not be read",
                            s->n_unreadable, s->n);
}

size_t hear_train_n_threads(const hear_train_args *a)
{
    const long n = a->threads ? (long)a->threads : sysconf(_SC_NPROCESSORS_ONLN);
    return n < 1 ? 1 : n > 64 ? 64 : (size_t)n;
}
