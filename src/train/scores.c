/* scores.c - see scores.h. */
#include "config.h"

#include "train/scores.h"

#include "base/text.h"

#include <math.h>

void hear_interval_text(char out[HEAR_INTERVAL_TEXT], hear_interval share)
{
    char low[8], high[8];
    hear_format_fixed(low, sizeof low, 100.0 * share.low, 1);
    hear_format_fixed(high, sizeof high, 100.0 * share.high, 1);
    snprintf(out, HEAR_INTERVAL_TEXT, "%s .. %s", low, high);
}

void hear_scores_line(FILE *out, const hear_metrics *m)
{
    char interval[HEAR_INTERVAL_TEXT];
    hear_interval_text(interval, hear_wilson(hear_metrics_right(m), m->n));
    fprintf(out,
            "accuracy %.1f %% (95 %% interval %s), balanced %.1f %%, macro F1 %.3f, "
            "log loss %.3f, n %zu",
            100.0 * hear_metrics_accuracy(m), interval, 100.0 * hear_metrics_balanced(m),
            hear_metrics_macro_f1(m), hear_metrics_log_loss(m), m->n);
}

static int width(const char *label)
{
    return (int)hear_utf8_count(label);
}

/* Of numbers below a label, with the space before it. */
static int column(const char *label)
{
    return (width(label) > 5 ? width(label) : 5) + 2;
}

/* "-" where there is none. */
static void put_share(FILE *out, double share, int columns)
{
    if (isnan(share))
        fprintf(out, "%*s", columns, "-");
    else
        fprintf(out, "%*.3f", columns, share);
}

void hear_scores_table(FILE *out, const hear_metrics *m, char *const *labels)
{
    int widest = 6;
    for (size_t l = 0; l < m->n_labels; l++)
        widest = width(labels[l]) > widest ? width(labels[l]) : widest;
    fprintf(out, "%*s", widest + 4, "is \\ said");
    for (size_t l = 0; l < m->n_labels; l++)
        fprintf(out, "%*s", hear_field(labels[l], column(labels[l])), labels[l]);
    fprintf(out, "  precision  recall     F1\n");
    for (size_t l = 0; l < m->n_labels; l++) {
        fprintf(out, "%*s", hear_field(labels[l], widest + 4), labels[l]);
        for (size_t k = 0; k < m->n_labels; k++)
            fprintf(out, "%*zu", column(labels[k]), m->confusion[l * m->n_labels + k]);
        put_share(out, hear_metrics_precision(m, l), 11);
        put_share(out, hear_metrics_recall(m, l), 8);
        put_share(out, hear_metrics_f1(m, l), 7);
        fputc('\n', out);
    }
}
