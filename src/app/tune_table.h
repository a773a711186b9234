/* tune_table.h - the settings that tune tries, and how good each was, as a table. */
#ifndef APP_TUNE_TABLE_H
#define APP_TUNE_TABLE_H

#include "app/cmd.h"
#include "train/metrics.h"

enum { HEAR_GRID_MAX = 8 /* options */, HEAR_GRID_MAX_POINTS = 10000 };

/* "hidden=2,4 lr=0.01,0.001": every value of each with every one of the others, the last fastest.
 * Several such texts are one grid. */
typedef struct {
    size_t n, n_points;
    const hear_option *option[HEAR_GRID_MAX];
    size_t n_values[HEAR_GRID_MAX];
    char **values[HEAR_GRID_MAX]; /* [n_values] */
} hear_grid;

typedef struct {
    hear_metrics *clips; /* left out, of all folds */
} hear_tuned;

/* False: it is told what is wrong, with *exit_code; clear it all the same. */
bool hear_grid_parse(hear_grid *g, const hear_cmd *cmd, const hear_texts *texts, int *exit_code);
void hear_grid_clear(hear_grid *g);
const char *hear_grid_value(const hear_grid *g, size_t point, size_t i); /* of option i */

/* On stdout; format: "text", "tsv", "jsonl". */
void hear_tune_head(const char *format, const hear_grid *g);
void hear_tune_row(const char *format, const hear_grid *g, size_t point, const hear_metrics *m);
void hear_tune_best(const char *format, const hear_grid *g, const hear_tuned *results);
#endif
