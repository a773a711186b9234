/* scores.h - scores as text for people: on the terminal, and in a model's card. */
#ifndef TRAIN_SCORES_H
#define TRAIN_SCORES_H

#include "train/metrics.h"

#include <stdio.h>

/* "93.8 .. 97.8", in percent: an interval is written like this everywhere. */
#define HEAR_INTERVAL_TEXT 24 /* bytes of room */
void hear_interval_text(char out[HEAR_INTERVAL_TEXT], hear_interval share);
/* "accuracy 96.3 % (95 % interval 93.8 .. 97.8), balanced 95.9 %, macro F1 0.957, log loss 0.212,
 * n 353", without a line break. */
void hear_scores_line(FILE *out, const hear_metrics *m);
/* The confusion matrix, a line for each label with its precision, recall and F1. */
void hear_scores_table(FILE *out, const hear_metrics *m, char *const *labels);
#endif
