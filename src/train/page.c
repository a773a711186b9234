/* page.c - see page.h. */
#include "config.h"

#include "train/page.h"

#include "base/error.h"
#include "base/mem.h"
#include "stream/model_info.h"
#include "train/chart.h"
#include "train/html.h"
#include "train/media.h"
#include "train/scores.h"

#include <math.h>
#include <string.h>

enum { N_MISTAKES = 12 };
#define MEDIA_S 6.0 /* of a mistake, at most */

static void put_scores(FILE *out, const char *name, const hear_metrics *m, double auc, double ece)
{
    char interval[HEAR_INTERVAL_TEXT];
    hear_interval_text(interval, hear_wilson(hear_metrics_right(m), m->n));
    fputs("<tr>", out);
    hear_html_text_cell(out, name);
    fprintf(out, "<td>%zu</td>", m->n);
    hear_html_cell(out, 100.0 * hear_metrics_accuracy(m), 1);
    hear_html_text_cell(out, interval);
    hear_html_cell(out, 100.0 * hear_metrics_balanced(m), 1);
    hear_html_cell(out, hear_metrics_macro_f1(m), 3);
    hear_html_cell(out, hear_metrics_log_loss(m), 3);
    hear_html_cell(out, auc, 3);
    hear_html_cell(out, ece, 3);
    fputs("</tr>\n", out);
}

static void put_side_by_side(FILE *out, const hear_page *page)
{
    hear_html_table(out,
                    "model|recordings|accuracy %|95 % interval|balanced %|macro F1|log loss|AUC|"
                    "calibration error");
    for (size_t i = 0; i < page->n_models; i++) {
        const hear_summary *s = page->models[i].summary;
        put_scores(out, page->models[i].name, s->clips, s->macro_auc, s->calibration_error);
        put_scores(out, "… by window", s->windows, NAN, NAN);
    }
    hear_html_table_end(out);
}

static void put_labels(FILE *out, const hear_judged *j)
{
    const hear_metrics *m = j->summary->clips;
    hear_html_table(out, "label|recordings|precision|recall|F1|AUC|average precision|"
                         "false alarms an hour|delay s");
    for (size_t l = 0; l < m->n_labels; l++) {
        const hear_alarm_count *alarms = &j->summary->alarms->labels[l];
        fputs("<tr>", out);
        hear_html_text_cell(out, hear_model_label(j->model, l));
        fprintf(out, "<td>%zu</td>", hear_metrics_support(m, l));
        hear_html_cell(out, hear_metrics_precision(m, l), 3);
        hear_html_cell(out, hear_metrics_recall(m, l), 3);
        hear_html_cell(out, hear_metrics_f1(m, l), 3);
        hear_html_cell(out, j->summary->labels[l].auc, 3);
        hear_html_cell(out, j->summary->labels[l].average_precision, 3);
        hear_html_cell(out, hear_alarms_per_hour(alarms), 1);
        hear_html_cell(out, hear_alarms_delay_s(alarms), 2);
        fputs("</tr>\n", out);
    }
    hear_html_table_end(out);
    fputs("<p class=\"note\">Alarms: each recording by itself; windows whose best label has at "
          "least ",
          out);
    hear_html_number(out, j->summary->threshold, 2);
    fputs(".</p>\n", out);
}

static void put_alarms(FILE *out, const char *name, const hear_alarm_count *c)
{
    fputs("<tr>", out);
    hear_html_text_cell(out, name);
    fprintf(out, "<td>%zu</td>", c->n_events);
    hear_html_cell(out, 100.0 * hear_alarms_missed(c), 1);
    hear_html_cell(out, hear_alarms_delay_s(c), 2);
    fprintf(out, "<td>%zu</td>", c->n_false);
    hear_html_cell(out, hear_alarms_per_hour(c), 1);
    fputs("</tr>\n", out);
}

static void put_stream(FILE *out, const hear_judged *j)
{
    fputs("<h3>As one stream: the recordings one behind the other, ", out);
    hear_html_number(out, j->stream->seconds / 60.0, 1);
    fputs(" minutes</h3>\n", out);
    hear_html_table(out, "label|events|missed %|delay s|false alarms|an hour");
    for (size_t l = 0; l < j->stream->n_labels; l++)
        put_alarms(out, hear_model_label(j->model, l), &j->stream->labels[l]);
    const hear_alarm_count all = hear_alarms_all(j->stream);
    put_alarms(out, "all", &all);
    hear_html_table_end(out);
}

static void put_confusion(FILE *out, const hear_judged *j)
{
    const hear_metrics *m = j->summary->clips;
    fputs("<div class=\"table\"><table><caption>rows: the truth; columns: what was said</caption>"
          "<tr><th></th>",
          out);
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
            hear_html_number(out, n ? 0.85 * (double)cell / (double)n : 0.0, 3);
            fprintf(out, ")\">%zu</td>", cell);
        }
        fputs("</tr>\n", out);
    }
    hear_html_table_end(out);
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
        series[n++] = (hear_series){
            .name = hear_model_label(j->model, l), .n = c->n_points + 1, .x = x, .y = y
        };
        *x++ = *y++ = 0.0;
        for (size_t i = 0; i < c->n_points; i++) {
            *x++ = (double)c->points[i].fp / (double)c->n_negative;
            *y++ = (double)c->points[i].tp / (double)c->n_positive;
        }
    }
    series[n++] = (hear_series){ .n = 2, .x = unit, .y = unit, .faint = true };
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
    const hear_series series[2] = {
        { .name = "share that is right", .n = n, .x = x, .y = y, .dots = true },
        { .name = "calibrated", .n = 2, .x = unit, .y = unit, .faint = true }
    };
    const hear_chart chart = { .title = "Calibration of what was said",
                               .x_label = "probability",
                               .y_label = "share right",
                               .x_high = 1,
                               .y_high = 1,
                               .width = 420,
                               .height = 360 };
    hear_chart_write(out, &chart, series, 2);
}

/* Of the log: on what was learnt from, on what the best epoch was chosen by, and that one. */
typedef struct {
    double x, y;
} point;

static void put_epochs_chart(FILE *out, const hear_epochs *e, double *xy, bool loss)
{
    double *const x = xy, *const train = xy + e->n, *const valid = xy + 2 * e->n;
    double most = 0.0;
    point kept = { NAN, NAN };
    for (size_t i = 0; i < e->n; i++) {
        const hear_epoch *p = &e->epoch[i];
        x[i] = (double)p->number;
        train[i] = loss ? p->loss : 100.0 * p->accuracy;
        valid[i] = loss ? p->valid_loss : 100.0 * p->valid_accuracy;
        most = fmax(most, fmax(train[i], isnan(valid[i]) ? 0.0 : valid[i]));
        if (p->best && !isnan(valid[i]))
            kept = (point){ x[i], valid[i] };
    }
    const bool has_valid = !isnan(kept.y);
    const hear_series series[3] = {
        { .name = "learnt from", .n = e->n, .x = x, .y = train },
        { .name = has_valid ? "chosen by" : NULL, .n = e->n, .x = x, .y = valid },
        { .name = has_valid ? "kept" : NULL, .n = 1, .x = &kept.x, .y = &kept.y, .dots = true }
    };
    const hear_chart chart = { .title = loss ? "Learning: loss" : "Learning: accuracy",
                               .x_label = "epoch",
                               .y_label = loss ? "loss" : "right (%)",
                               .x_high = x[e->n - 1],
                               .y_high = loss ? (most > 0.0 ? 1.05 * most : 1.0) : 100.0,
                               .width = 420,
                               .height = 360,
                               .legend_above = loss };
    hear_chart_write(out, &chart, series, 3);
}

static hear_status put_epochs(FILE *out, const hear_judged *j)
{
    const hear_epochs *e = j->epochs;
    if (!e || e->n == 0)
        return HEAR_OK;
    double *xy = hear_alloc(3 * e->n, sizeof *xy);
    if (!xy)
        return HEAR_ERR_MEM;
    put_epochs_chart(out, e, xy, true);
    put_epochs_chart(out, e, xy, false);
    hear_free(xy);
    return HEAR_OK;
}

static void put_card(FILE *out, const hear_judged *j)
{
    if (!j->model->info.card || !j->model->info.card[0])
        return;
    fputs("<details><summary>How it was made</summary><pre>", out);
    hear_put_escaped(out, j->model->info.card);
    fputs("</pre></details>\n", out);
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
        hear_html_number(out, (double)probs[said], 2);
        fputs(", is <b>", out);
        hear_put_escaped(out, hear_model_label(j->model, c->truth));
        fputs("</b> ", out);
        hear_html_number(out, (double)probs[c->truth], 2);
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
    char title[1024];
    snprintf(title, sizeof title, "%s, split “%s”", page->data, page->split);
    hear_html_begin(out, title);
    put_side_by_side(out, page);
    for (size_t i = 0; i < page->n_models; i++) {
        const hear_judged *j = &page->models[i];
        fputs("<h2>", out);
        hear_put_escaped(out, j->name);
        fputs("</h2>\n", out);
        put_card(out, j);
        put_labels(out, j);
        put_confusion(out, j);
        if (j->stream)
            put_stream(out, j);
        fputs("<div class=\"charts\">\n", out);
        if (put_roc(out, j) != HEAR_OK)
            return hear_fail(err, HEAR_ERR_MEM, NULL);
        put_calibration(out, j);
        if (put_epochs(out, j) != HEAR_OK)
            return hear_fail(err, HEAR_ERR_MEM, NULL);
        fputs("</div>\n", out);
        put_mistakes(out, page, j);
    }
    put_unread(out, page);
    hear_html_end(out);
    return HEAR_OK;
}
