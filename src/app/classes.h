/* classes.h - which of a model's labels are written: --classes and --without.
 *
 * Without either these are the model's labels. A class has the model's own score, nothing is
 * rescaled. Where the labels are AudioSet's, a class that --classes names also stands for what is
 * below it in AudioSet's ontology, and its score is the largest of all these; one that --without
 * names takes what is below it away as well.
 * Threads: a created one never changes, any number may share it. */
#ifndef APP_CLASSES_H
#define APP_CLASSES_H

#include "app/options.h"
#include "hearsay/event.h"
#include "hearsay/model.h"

typedef struct hear_classes hear_classes;

/* only, without: lists of labels with commas between them, as the command line gives them. A label
 * that holds commas itself is found all the same: of the labels that may stand at a place the
 * longest is taken; capital letters matter only where two labels differ in nothing else. The model
 * must outlive the classes. Errors: HEAR_ERR_ARG (a name that is no label, err has the nearest one;
 * nothing is left), HEAR_ERR_MEM. On failure *out is NULL. */
HEAR_MUST_CHECK hear_status hear_classes_create(hear_classes **out, const hear_model *model,
                                                const hear_texts *only, const hear_texts *without,
                                                hear_error *err);
void hear_classes_destroy(hear_classes *c); /* NULL is allowed */

/* The model with the classes for labels: for sinks and the display, not to be run. */
const hear_model *hear_classes_model(const hear_classes *c);
/* The result of the model's labels as one of the classes; probs: room for them. */
hear_window_result hear_classes_take(const hear_classes *c, const hear_window_result *r,
                                     float *probs);
#endif
