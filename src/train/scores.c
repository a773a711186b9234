/* scores.c - see scores.h. */
#include "config.h"

#include "train/scores.h"

#include "base/text.h"

#include <math.h>
#include <string.h>

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

/* Characters, not bytes, of UTF-8. */
static int width(const char *text)
{
    int n = 0;
    for (; *text; text++)
        n += ((unsigned char)*text & 0xc0) != 0x80;
    return n;
}

static void put_right(FILE *out, const char *text, int columns)
{
    fprintf(out, "%*s%s", columns > width(text) ? columns - width(text) : 0, "", text);
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
    put_right(out, "is \\ said", widest + 4);
    for (size_t l = 0; l < m->n_labels; l++)
        put_right(out, labels[l], (width(labels[l]) > 5 ? width(labels[l]) : 5) + 2);
    fprintf(out, "  precision  recall     F1\n");
    for (size_t l = 0; l < m->n_labels; l++) {
        put_right(out, labels[l], widest + 4);
        for (size_t k = 0; k < m->n_labels; k++)
            fprintf(out, "%*zu", (width(labels[k]) > 5 ? width(labels[k]) : 5) + 2,
                    m->confusion[l * m->n_labels + k]);
        put_share(out, hear_metrics_precision(m, l), 11);
        put_share(out, hear_metrics_recall(m, l), 8);
        put_share(out, hear_metrics_f1(m, l), 7);
        fputc('\n', out);
    }
}
