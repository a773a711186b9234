/* enrolment.h - a user's own sounds, known by a few examples each: what is remembered of them, and
 * the head that comes of it.
 *
 * An example is remembered as its rows in the background's directions (background.h), from its
 * windows and from copies of them made louder, quieter, noisier and shifted. The head file holds
 * them beside its weights, so that labels can come and go later; recordings are not in it. The same
 * examples in the same order give the same file, in however many steps they came. */
#ifndef TRAIN_ENROLMENT_H
#define TRAIN_ENROLMENT_H

#include "io/recording.h"
#include "stream/model_info.h"
#include "train/background.h"
#include "train/pool.h"

#define HEAR_ENROL_LEAST 5     /* examples of a label */
#define HEAR_ENROL_MOST 64     /* labels */
#define HEAR_UNKNOWN "unknown" /* the label of what is none of them, always the last */

typedef struct {
    size_t example; /* 0, 1, … within its label */
    float scale;
    int8_t *x; /* [n_dims] times scale */
} hear_enrolled_row;

typedef struct {
    char *name;
    size_t n_examples;
    size_t n_rows, room;
    hear_enrolled_row *rows;
} hear_enrolled;

typedef struct {
    size_t n_dims;
    size_t n_labels;
    hear_enrolled *labels; /* [n_labels], at most HEAR_ENROL_MOST */
} hear_enrolment;

/* Those of a head that hear_enrolment_head made. b may be NULL where they are only looked at.
 * Errors: HEAR_ERR_MODEL (it is no such head, or its background was another than b), HEAR_ERR_MEM.
 * On failure *e is empty. */
HEAR_MUST_CHECK hear_status hear_enrolment_load(hear_enrolment *e, const hear_model_info *info,
                                                const hear_graph *head, const hear_background *b,
                                                hear_error *err);
void hear_enrolment_clear(hear_enrolment *e); /* one of zeros is allowed */

hear_enrolled *hear_enrolment_find(const hear_enrolment *e, const char *label); /* NULL: none */
/* The label, made where it is not there. Errors: HEAR_ERR_ARG (there is no room, or it cannot be a
 * label; err says which), HEAR_ERR_MEM. */
HEAR_MUST_CHECK hear_status hear_enrolment_label(hear_enrolled **out, hear_enrolment *e,
                                                 const char *label, hear_error *err);
void hear_enrolment_remove(hear_enrolment *e, hear_enrolled *l);
/* Errors: as hear_enrolment_label's; HEAR_ERR_ARG where the name is taken. */
HEAR_MUST_CHECK hear_status hear_enrolment_rename(hear_enrolment *e, hear_enrolled *l,
                                                  const char *name, hear_error *err);

/* One more example of l; n_examples stays where l has that very recording. backbone: a model that
 * names its embedding, of b's numbers; r is resampled. Errors: HEAR_ERR_DATA (silent, longer than a
 * minute, or another label's example), HEAR_ERR_MODEL, HEAR_ERR_MEM. */
HEAR_MUST_CHECK hear_status hear_enrolment_add(hear_enrolment *e, hear_enrolled *l,
                                               const hear_model *backbone, const hear_background *b,
                                               hear_recording *r, hear_error *err);

/* What a head does on its own examples, each left out of the training once, and on the background,
 * likewise. */
typedef struct {
    size_t n_right, n_examples; /* of a label: told by its name */
} hear_enrol_score;

typedef struct {
    double alarms_h; /* of all labels together, in an hour of the background's kind, > 0 */
    hear_pool *pool;
    bool (*stop)(void *user); /* may be NULL */
    void *user;
} hear_enrol_config;

/* info: what the head's metadata are to be but for labels, output and card; backbone named. scores:
 * [n_labels]. Errors: HEAR_ERR_MEM, HEAR_ERR_INTERRUPTED. On failure *out is NULL. */
HEAR_MUST_CHECK hear_status hear_enrolment_head(hear_graph **out, const hear_enrolment *e,
                                                const hear_background *b,
                                                const hear_model_info *info,
                                                const hear_enrol_config *config,
                                                hear_enrol_score *scores, hear_error *err);
#endif
