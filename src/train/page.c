/* page.c - see page.h. */
#include "config.h"

#include "train/page.h"

#include "base/error.h"
#include "base/mem.h"
#include "base/text.h"
#include "stream/model_info.h"
#include "train/chart.h"
#include "train/media.h"

#include <math.h>
#include <string.h>

enum { N_MISTAKES = 12 };
#define MEDIA_S 6.0 /* of a mistake, at most */

static const char style[] =
    "<style>\n"
    ":root{color-scheme:light dark;--line:#8884;--hit:68,119,170;--miss:238,102,119}\n"
    "body{font:15px/1.5 system-ui,sans-serif;max-width:62em;margin:2em auto;padding:0 1em}\n"
    "h1{font-size:1.5em}h2{margin-top:2em;border-bottom:1px solid var(--line)}\n"
    "table{border-collapse:collapse;margin:1em 0;font-variant-numeric:tabular-nums}\n"
    "td{white-space:nowrap}caption{white-space:nowrap;text-align:left;font-size:.85em}\n"
    "th,td{padding:.25em .7em;text-align:right;border-bottom:1px solid var(--line)}\n"
    "th:first-child,td:first-child{text-align:left}\n"
    ".charts{display:flex;flex-wrap:wrap;gap:1em}.charts svg{max-width:100%;height:auto}\n"
    ".mistakes{display:grid;grid-template-columns:repeat(auto-fill,minmax(17em,1fr));gap:1.2em}\n"
    ".mistakes figure{margin:0}.mistakes img{width:100%;height:8em;image-rendering:auto}\n"
    ".mistakes audio{width:100%;height:2em}figcaption{font-size:.85em;overflow-wrap:anywhere}\n"
    "</style>\n";

static void put(FILE *out, double value, int decimals)
{
    char text[40];
    hear_format_fixed(text, sizeof text, value, decimals);
    fputs(isnan(value) ? "–" : text, out);
}

static void put_cell(FILE *out, double value, int decimals)
{
    fputs("<td>", out);
    put(out, value, decimals);
    fputs("</td>", out);
}

static void put_scores(FILE *out, const char *name, const hear_metrics *m, double auc, double ece)
{
    const hear_interval i = hear_wilson(hear_metrics_right(m), m->n);
    fputs("<tr><td>", out);
    hear_put_escaped(out, name);
    fprintf(out, "</td><td>%zu</td>", m->n);
    put_cell(out, 100.0 * hear_metrics_accuracy(m), 1);
    fputs("<td>", out);
    put(out, 100.0 * i.low, 1);
    fputs(" – ", out);
    put(out, 100.0 * i.high, 1);
    fputs("</td>", out);
    put_cell(out, 100.0 * hear_metrics_balanced(m), 1);
    put_cell(out, hear_metrics_macro_f1(m), 3);
    put_cell(out, hear_metrics_log_loss(m), 3);
    put_cell(out, auc, 3);
    put_cell(out, ece, 3);
    fputs("</tr>\n", out);
}

static void put_side_by_side(FILE *out, const hear_page *page)
{
    fputs("<table><tr><th>model</th><th>recordings</th><th>accuracy %</th><th>95 % interval</th>"
          "<th>balanced %</th><th>macro F1</th><th>log loss</th><th>AUC</th>"
          "<th>calibration error</th></tr>\n",
          out);
    for (size_t i = 0; i < page->n_models; i++) {
        const hear_summary *s = page->models[i].summary;
        put_scores(out, page->models[i].name, s->clips, s->macro_auc, s->calibration_error);
        put_scores(out, "… by window", s->windows, NAN, NAN);
    }
    fputs("</table>\n", out);
}

static void put_labels(FILE *out, const hear_judged *j)
{
    const hear_metrics *m = j->summary->clips;
    fputs("<table><tr><th>label</th><th>recordings</th><th>precision</th><th>recall</th><th>F1</th>"
          "<th>AUC</th><th>average precision</th></tr>\n",
          out);
    for (size_t l = 0; l < m->n_labels; l++) {
        fputs("<tr><td>", out);
        hear_put_escaped(out, hear_model_label(j->model, l));
        fprintf(out, "</td><td>%zu</td>", hear_metrics_support(m, l));
        put_cell(out, hear_metrics_precision(m, l), 3);
        put_cell(out, hear_metrics_recall(m, l), 3);
        put_cell(out, hear_metrics_f1(m, l), 3);
        put_cell(out, j->summary->labels[l].auc, 3);
        put_cell(out, j->summary->labels[l].average_precision, 3);
        fputs("</tr>\n", out);
    }
    fputs("</table>\n", out);
}

static void put_confusion(FILE *out, const hear_judged *j)
{
    const hear_metrics *m = j->summary->clips;
    fputs("<table><caption>rows: the truth; columns: what was said</caption><tr><th></th>", out);
    for (size_t l = 0; l < m->n_labels; l++) {
        fputs("<th>", out);
        hear_put_escaped(out, hear_model_label(j->model, l));
        fputs("</th>", out);
    }
    fputs("</tr>\n", out);
    for (size_t t = 0; t < m->n_labels; t++) {
        const size_t n = hear_metrics_support(m, t);
        fputs("<tr><th>", out);
        hear_put_escaped(out, hear_model_label(j->model, t));
        fputs("</th>", out);
        for (size_t l = 0; l < m->n_labels; l++) {
            const size_t cell = m->confusion[t * m->n_labels + l];
            fprintf(out, "<td style=\"background:rgba(var(--%s),", t == l ? "hit" : "miss");
            put(out, n ? 0.85 * (double)cell / (double)n : 0.0, 3);
            fprintf(out, ")\">%zu</td>", cell);
        }
        fputs("</tr>\n", out);
    }
    fputs("</table>\n", out);
}

static const double unit[2] = { 0.0, 1.0 };

static hear_status put_roc(FILE *out, const hear_judged *j)
{
    const hear_summary *s = j->summary;
    size_t room = 0;
    for (size_t l = 0; l < s->n_labels; l++)
        room += s->curves[l]->n_points + 1;
    double *xy = hear_alloc(2 * room, sizeof *xy);
    hear_series *series = hear_alloc(s->n_labels + 1, sizeof *series);
    if (!xy || !series) {
        hear_free(xy);
        hear_free(series);
        return HEAR_ERR_MEM;
    }
    size_t n = 0;
    double *x = xy, *y = xy + room;
    for (size_t l = 0; l < s->n_labels; l++) {
        const hear_curve *c = s->curves[l];
        if (c->n_positive == 0 || c->n_negative == 0)
            continue;
        series[n++] =
            (hear_series){ hear_model_label(j->model, l), c->n_points + 1, x, y, false, false };
        *x++ = *y++ = 0.0;
        for (size_t i = 0; i < c->n_points; i++) {
            *x++ = (double)c->points[i].fp / (double)c->n_negative;
            *y++ = (double)c->points[i].tp / (double)c->n_positive;
        }
    }
    series[n++] = (hear_series){ NULL, 2, unit, unit, false, true };
    const hear_chart chart = { .title = "ROC, one against the rest",
                               .x_label = "false positive rate",
                               .y_label = "true positive rate",
                               .x_high = 1,
                               .y_high = 1,
                               .width = 420,
                               .height = 360 };
    hear_chart_write(out, &chart, series, n);
    hear_free(xy);
    hear_free(series);
    return HEAR_OK;
}

static void put_calibration(FILE *out, const hear_judged *j)
{
    double x[HEAR_SUMMARY_BINS], y[HEAR_SUMMARY_BINS];
    size_t n = 0;
    for (size_t b = 0; b < HEAR_SUMMARY_BINS; b++)
        if (j->summary->bins[b].n) {
            x[n] = j->summary->bins[b].mean_score;
            y[n++] = j->summary->bins[b].share;
        }
    const hear_series series[2] = { { "share that is right", n, x, y, true, false },
                                    { "calibrated", 2, unit, unit, false, true } };
    const hear_chart chart = { .title = "Calibration of what was said",
                               .x_label = "probability",
                               .y_label = "share right",
                               .x_high = 1,
                               .y_high = 1,
                               .width = 420,
                               .height = 360 };
    hear_chart_write(out, &chart, series, 2);
}

static void put_mistakes(FILE *out, const hear_page *page, const hear_judged *j)
{
    size_t worst[N_MISTAKES];
    const hear_evaluation *e = j->evaluation;
    const size_t n = hear_worst_mistakes(e, worst, N_MISTAKES);
    fprintf(out, "<h3>%s</h3>\n<div class=\"mistakes\">\n",
            n ? "The surest mistakes" : "No recording was got wrong");
    for (size_t i = 0; i < n; i++) {
        const hear_evaluated_clip *c = &e->clips[worst[i]];
        const float *probs = e->clip_probs + worst[i] * e->n_labels;
        const size_t said = hear_best(probs, e->n_labels);
        const char *path = page->dataset->clips[c->clip].path;
        fputs("<figure>\n", out);
        hear_error why;
        if (hear_media_write(out, path, &j->model->info.frontend, MEDIA_S, &why) != HEAR_OK) {
            fputs("<p>", out);
            hear_put_escaped(out, hear_error_text(&why));
            fputs("</p>\n", out);
        }
        fputs("<figcaption>said <b>", out);
        hear_put_escaped(out, hear_model_label(j->model, said));
        fputs("</b> ", out);
        put(out, (double)probs[said], 2);
        fputs(", is <b>", out);
        hear_put_escaped(out, hear_model_label(j->model, c->truth));
        fputs("</b> ", out);
        put(out, (double)probs[c->truth], 2);
        fputs("<br>", out);
        hear_put_escaped(out, path);
        fputs("</figcaption></figure>\n", out);
    }
    fputs("</div>\n", out);
}

static void put_unread(FILE *out, const hear_page *page)
{
    const hear_evaluation *e = page->models[0].evaluation;
    if (e->n_unread == 0)
        return;
    fprintf(out, "<h2>%zu recordings that were not heard</h2>\n<ul>\n", e->n_unread);
    for (size_t i = 0; i < e->n_unread; i++) {
        fputs("<li>", out);
        hear_put_escaped(out, page->dataset->clips[e->unread[i].clip].path);
        fputs(": ", out);
        hear_put_escaped(out, e->unread[i].why);
        fputs("</li>\n", out);
    }
    fputs("</ul>\n", out);
}

hear_status hear_page_write(FILE *out, const hear_page *page, hear_error *err)
{
    fputs("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
          "<meta name=\"viewport\" content=\"width=device-width\">\n<title>hearsay: ",
          out);
    hear_put_escaped(out, page->data);
    fprintf(out, "</title>\n%s</head><body>\n<h1>", style);
    hear_put_escaped(out, page->data);
    fprintf(out, ", split “%s”</h1>\n", hear_split_name(page->split));
    put_side_by_side(out, page);
    for (size_t i = 0; i < page->n_models; i++) {
        const hear_judged *j = &page->models[i];
        fputs("<h2>", out);
        hear_put_escaped(out, j->name);
        fputs("</h2>\n", out);
        put_labels(out, j);
        put_confusion(out, j);
        fputs("<div class=\"charts\">\n", out);
        if (put_roc(out, j) != HEAR_OK)
            return hear_fail(err, HEAR_ERR_MEM, NULL);
        put_calibration(out, j);
        fputs("</div>\n", out);
        put_mistakes(out, page, j);
    }
    put_unread(out, page);
    fputs("<p>Made by hearsay " PACKAGE_VERSION ".</p>\n</body></html>\n", out);
    return HEAR_OK;
}
