/* tune_table.c - see tune_table.h. */
#include "config.h"

#include "app/tune_table.h"

#include "app/report.h"
#include "base/mem.h"
#include "base/text.h"
#include "train/scores.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What says where things go, or is about the whole run, has no place in a grid. */
static const char *const fixed[] = { "data",    "root",   "silence", "valid", "threads", "quiet",
                                     "balance", "folds",  "format",  "grid",  "seed",    "report",
                                     "from",    "freeze", "groups",  "apart", NULL };

static const hear_option *find(const hear_cmd *cmd, const char *name)
{
    for (size_t i = 0; fixed[i]; i++)
        if (strcmp(fixed[i], name) == 0)
            return NULL;
    for (const hear_option *o = cmd->options; o->name; o++)
        if (strcmp(o->name, name) == 0 && o->kind != HEAR_OPT_FLAG)
            return o;
    return NULL;
}

static bool add_value(hear_grid *g, size_t i, const char *text, size_t length)
{
    char **grown = realloc(g->values[i], (g->n_values[i] + 1) * sizeof *grown);
    char *value = malloc(length + 1);
    g->values[i] = grown ? grown : g->values[i];
    if (!grown || !value) {
        free(value);
        return false;
    }
    memcpy(value, text, length);
    value[length] = '\0';
    for (char *c = value; (c = strchr(c, '+'));)
        *c = ',';
    g->values[i][g->n_values[i]++] = value;
    return true;
}

/* "lr=0.1,0.01" */
static bool add_option(hear_grid *g, const hear_cmd *cmd, const char *word, size_t length,
                       int *exit_code)
{
    char name[32];
    const char *equals = memchr(word, '=', length), *end = word + length;
    const size_t n_name = equals ? (size_t)(equals - word) : length;
    snprintf(name, sizeof name, "%.*s", (int)n_name, word);
    const hear_option *o = n_name < sizeof name ? find(cmd, name) : NULL;
    if (!o || !equals || equals + 1 == end || g->n == HEAR_GRID_MAX) {
        *exit_code =
            g->n == HEAR_GRID_MAX
                ? hear_report_usage(cmd->name, "--grid takes %d options at most", HEAR_GRID_MAX)
            : o ? hear_report_usage(cmd->name, "--grid: no values for %s", name)
                : hear_report_usage(cmd->name, "--grid: '%s' cannot be tried", name);
        return false;
    }
    for (size_t i = 0; i < g->n; i++)
        if (g->option[i] == o) {
            *exit_code = hear_report_usage(cmd->name, "--grid has %s twice", name);
            return false;
        }
    const size_t i = g->n++;
    g->option[i] = o;
    for (const char *at = equals + 1; at < end;) {
        const char *comma = memchr(at, ',', (size_t)(end - at));
        const size_t n = (size_t)((comma ? comma : end) - at);
        if (!add_value(g, i, at, n)) {
            *exit_code = hear_report_text(HEAR_ERR_MEM, NULL, NULL);
            return false;
        }
        at += n + 1;
    }
    g->n_points *= g->n_values[i];
    if (g->n_points > HEAR_GRID_MAX_POINTS) {
        *exit_code =
            hear_report_usage(cmd->name, "--grid has more than %d points", HEAR_GRID_MAX_POINTS);
        return false;
    }
    return true;
}

bool hear_grid_parse(hear_grid *g, const hear_cmd *cmd, const hear_texts *texts, int *exit_code)
{
    *g = (hear_grid){ .n_points = 1 };
    *exit_code = 0;
    for (size_t i = 0; i < texts->n; i++) {
        const char *text = texts->item[i];
        while (*(text += strspn(text, " "))) {
            const size_t n = strcspn(text, " ");
            if (!add_option(g, cmd, text, n, exit_code))
                return false;
            text += n;
        }
    }
    return true;
}

void hear_grid_clear(hear_grid *g)
{
    for (size_t i = 0; i < g->n; i++) {
        for (size_t k = 0; k < g->n_values[i]; k++)
            free(g->values[i][k]);
        free(g->values[i]);
    }
    *g = (hear_grid){ 0 };
}

const char *hear_grid_value(const hear_grid *g, size_t point, size_t i)
{
    for (size_t k = g->n; k-- > i + 1;)
        point /= g->n_values[k];
    return g->values[i][point % g->n_values[i]];
}

static const char *const columns[] = { "accuracy", "low", "high", "balanced", "log_loss", "n" };

static void numbers(const hear_metrics *m, double v[5])
{
    const hear_interval i = hear_wilson(hear_metrics_right(m), m->n);
    v[0] = hear_metrics_accuracy(m);
    v[1] = i.low;
    v[2] = i.high;
    v[3] = hear_metrics_balanced(m);
    v[4] = hear_metrics_log_loss(m);
}

static int width_of(const hear_grid *g, size_t i)
{
    size_t width = strlen(g->option[i]->name);
    for (size_t k = 0; k < g->n_values[i]; k++)
        if (strlen(g->values[i][k]) > width)
            width = strlen(g->values[i][k]);
    return width > 40 ? 40 : (int)width;
}

void hear_tune_head(const char *format, const hear_grid *g)
{
    if (strcmp(format, "jsonl") == 0)
        return;
    const bool tsv = strcmp(format, "tsv") == 0;
    for (size_t i = 0; i < g->n; i++)
        if (tsv)
            printf("%s\t", g->option[i]->name);
        else
            printf("%*s  ", width_of(g, i), g->option[i]->name);
    if (tsv)
        for (size_t i = 0; i < 6; i++)
            printf("%s%c", columns[i], i < 5 ? '\t' : '\n');
    else
        printf("accuracy   95 %% interval  balanced  log loss     n\n");
    hear_flush_stdout();
}

static void put_json(const hear_grid *g, size_t point, const double v[5], size_t n)
{
    printf("{\"v\":1,\"type\":\"tuned\",\"settings\":{");
    for (size_t i = 0; i < g->n; i++) {
        char text[512] = "";
        size_t used = 0;
        hear_append_json(text, sizeof text, &used, hear_grid_value(g, point, i));
        printf("%s\"%s\":%s", i ? "," : "", g->option[i]->name, text);
    }
    printf("}");
    for (size_t i = 0; i < 5; i++) {
        char text[40];
        hear_format_fixed(text, sizeof text, v[i], 6);
        printf(",\"%s\":%s", columns[i], text);
    }
    printf(",\"n\":%zu}\n", n);
}

void hear_tune_row(const char *format, const hear_grid *g, size_t point, const hear_metrics *m)
{
    double v[5];
    numbers(m, v);
    if (strcmp(format, "jsonl") == 0) {
        put_json(g, point, v, m->n);
    } else if (strcmp(format, "tsv") == 0) {
        for (size_t i = 0; i < g->n; i++)
            printf("%s\t", hear_grid_value(g, point, i));
        for (size_t i = 0; i < 5; i++) {
            char text[40];
            hear_format_fixed(text, sizeof text, v[i], 6);
            printf("%s\t", text);
        }
        printf("%zu\n", m->n);
    } else {
        for (size_t i = 0; i < g->n; i++)
            printf("%*s  ", width_of(g, i), hear_grid_value(g, point, i));
        char interval[HEAR_INTERVAL_TEXT];
        hear_interval_text(interval, (hear_interval){ v[1], v[2] });
        printf("%6.1f %%  %14s  %6.1f %%  %8.3f  %4zu\n", 100.0 * v[0], interval, 100.0 * v[3],
               v[4], m->n);
    }
    hear_flush_stdout();
}

void hear_tune_best(const char *format, const hear_grid *g, const hear_tuned *results)
{
    size_t best = 0;
    if (strcmp(format, "text") != 0 || g->n_points < 2)
        return;
    for (size_t i = 1; i < g->n_points; i++) {
        const double a = hear_metrics_accuracy(results[i].clips);
        const double b = hear_metrics_accuracy(results[best].clips);
        if (a > b || (a == b && hear_metrics_log_loss(results[i].clips) <
                                    hear_metrics_log_loss(results[best].clips)))
            best = i;
    }
    printf("best:");
    for (size_t i = 0; i < g->n; i++)
        printf(" --%s %s", g->option[i]->name, hear_grid_value(g, best, i));
    printf("\n");
}
