/* evaluate_text.c - see evaluate_text.h. */
#include "config.h"

#include "app/evaluate_text.h"

#include "base/mem.h"
#include "base/text.h"
#include "train/scores.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void put(double value, int decimals, int width)
{
    char text[40];
    hear_format_fixed(text, sizeof text, value, decimals);
    printf("%*s", width, isnan(value) ? "-" : text);
}

static void put_interval(size_t right, size_t n)
{
    char text[HEAR_INTERVAL_TEXT];
    hear_interval_text(text, hear_wilson(right, n));
    printf("  %14s", text);
}

static int wider(int width, const char *text)
{
    const int n = (int)hear_utf8_count(text);
    return n > width ? n : width;
}

static void put_row(const char *name, int width, const hear_metrics *m, double auc, double ece)
{
    printf("%-*s %7zu", hear_field(name, width), name, m->n);
    put(100.0 * hear_metrics_accuracy(m), 1, 9);
    put_interval(hear_metrics_right(m), m->n);
    put(100.0 * hear_metrics_balanced(m), 1, 9);
    put(hear_metrics_macro_f1(m), 3, 9);
    put(hear_metrics_log_loss(m), 3, 9);
    put(auc, 3, 8);
    put(ece, 3, 8);
    putchar('\n');
}

static void put_side_by_side(const hear_page *page)
{
    int width = 12;
    for (size_t i = 0; i < page->n_models; i++)
        width = wider(width, page->models[i].name);
    printf("%-*s %7s %8s %15s %8s %8s %8s %7s %7s\n", width, "", "n", "accuracy", "95 % interval",
           "balanced", "macro F1", "log loss", "AUC", "calibr.");
    for (size_t i = 0; i < page->n_models; i++) {
        const hear_summary *s = page->models[i].summary;
        put_row(page->models[i].name, width, s->clips, s->macro_auc, s->calibration_error);
        put_row("  by window", width, s->windows, NAN, NAN);
    }
}

static int label_width(const hear_model *model)
{
    int width = 5;
    for (size_t l = 0; l < hear_model_n_labels(model); l++)
        width = wider(width, hear_model_label(model, l));
    return width;
}

static void put_labels(const hear_judged *j)
{
    const int width = label_width(j->model);
    const hear_metrics *m = j->summary->clips;
    printf("%-*s %7s %9s %7s %7s %7s %7s %8s %7s\n", width, "label", "n", "precision", "recall",
           "F1", "AUC", "AP", "false/h", "delay s");
    for (size_t l = 0; l < m->n_labels; l++) {
        const char *const label = hear_model_label(j->model, l);
        printf("%-*s %7zu", hear_field(label, width), label, hear_metrics_support(m, l));
        put(hear_metrics_precision(m, l), 3, 10);
        put(hear_metrics_recall(m, l), 3, 8);
        put(hear_metrics_f1(m, l), 3, 8);
        put(j->summary->labels[l].auc, 3, 8);
        put(j->summary->labels[l].average_precision, 3, 8);
        put(hear_alarms_per_hour(&j->summary->alarms->labels[l]), 1, 9);
        put(hear_alarms_delay_s(&j->summary->alarms->labels[l]), 2, 8);
        putchar('\n');
    }
}

static void put_alarm_row(const char *name, int width, const hear_alarm_count *c)
{
    printf("%-*s %7zu", hear_field(name, width), name, c->n_events);
    put(100.0 * hear_alarms_missed(c), 1, 9);
    put(hear_alarms_delay_s(c), 2, 8);
    put((double)c->n_false, 0, 13);
    put(hear_alarms_per_hour(c), 1, 8);
    putchar('\n');
}

/* Of the recordings one behind the other. */
static void put_stream(const hear_judged *j)
{
    const int width = label_width(j->model);
    printf("\n%-*s %7s %8s %7s %12s %7s\n", width, "stream", "events", "missed %", "delay s",
           "false alarms", "an hour");
    for (size_t l = 0; l < j->stream->n_labels; l++)
        put_alarm_row(hear_model_label(j->model, l), width, &j->stream->labels[l]);
    const hear_alarm_count all = hear_alarms_all(j->stream);
    put_alarm_row("all", width, &all);
}

static void put_confusion(const hear_judged *j)
{
    const int width = label_width(j->model);
    const hear_metrics *m = j->summary->clips;
    printf("%-*s", width, "truth");
    for (size_t l = 0; l < m->n_labels; l++) {
        const char *const label = hear_model_label(j->model, l);
        printf(" %*s", hear_field(label, width), label);
    }
    putchar('\n');
    for (size_t t = 0; t < m->n_labels; t++) {
        const char *const label = hear_model_label(j->model, t);
        printf("%-*s", hear_field(label, width), label);
        for (size_t l = 0; l < m->n_labels; l++)
            printf(" %*zu", width, m->confusion[t * m->n_labels + l]);
        putchar('\n');
    }
}

/* Recordings that were got right of those of each group or source that has any. */
static void put_parts(const hear_page *page, const hear_judged *j, bool by_source)
{
    const hear_names *names = by_source ? &page->dataset->sources : &page->dataset->groups;
    size_t *right = hear_alloc(names->n, sizeof *right), *n = hear_alloc(names->n, sizeof *n);
    const hear_evaluation *e = j->evaluation;
    for (size_t i = 0; right && n && i < e->n_clips; i++) {
        const hear_clip *clip = &page->dataset->clips[e->clips[i].clip];
        const size_t part = by_source ? clip->source : clip->group;
        n[part]++;
        right[part] += hear_best(e->clip_probs + i * e->n_labels, e->n_labels) == e->clips[i].truth;
    }
    printf("%7s %8s %15s  %s\n", "n", "accuracy", "95 % interval", by_source ? "source" : "group");
    for (size_t p = 0; right && n && p < names->n; p++) {
        if (n[p] == 0)
            continue;
        printf("%7zu", n[p]);
        put(100.0 * (double)right[p] / (double)n[p], 1, 9);
        put_interval(right[p], n[p]);
        char name[4096] = "";
        size_t used = 0;
        hear_append_clean(name, sizeof name, &used, names->name[p]);
        printf("  %s\n", name[0] ? name : "-");
    }
    hear_free(right);
    hear_free(n);
}

void hear_evaluate_text(const hear_page *page, const char *by)
{
    put_side_by_side(page);
    for (size_t i = 0; i < page->n_models; i++) {
        const hear_judged *j = &page->models[i];
        printf("\n%s\n", j->name);
        if (strcmp(by, "label") == 0)
            put_labels(j);
        else
            put_parts(page, j, strcmp(by, "source") == 0);
        putchar('\n');
        put_confusion(j);
        if (j->stream)
            put_stream(j);
    }
}

static void put_json_text(const char *text)
{
    const size_t room = 6 * strlen(text) + 3;
    char *quoted = malloc(room);
    size_t used = 0;
    fputs(quoted && hear_append_json(quoted, room, &used, text) ? quoted : "\"\"", stdout);
    free(quoted);
}

static void put_json(const char *key, double value)
{
    char text[40];
    hear_format_fixed(text, sizeof text, value, 6);
    printf(",\"%s\":%s", key, isfinite(value) ? text : "null");
}

static void put_json_metrics(const hear_metrics *m)
{
    const hear_interval i = hear_wilson(hear_metrics_right(m), m->n);
    printf("{\"n\":%zu", m->n);
    put_json("accuracy", hear_metrics_accuracy(m));
    put_json("low", i.low);
    put_json("high", i.high);
    put_json("balanced", hear_metrics_balanced(m));
    put_json("macro_f1", hear_metrics_macro_f1(m));
    put_json("log_loss", hear_metrics_log_loss(m));
    printf("}");
}

static void put_json_alarms(const hear_alarm_count *c)
{
    printf(",\"false_alarms\":%zu", c->n_false);
    put_json("false_alarms_per_hour", hear_alarms_per_hour(c));
    put_json("missed", hear_alarms_missed(c));
    put_json("delay_s", hear_alarms_delay_s(c));
}

static void put_json_stream(const hear_judged *j)
{
    const hear_alarm_count all = hear_alarms_all(j->stream);
    printf(",\"stream\":{\"events\":%zu", all.n_events);
    put_json("seconds", j->stream->seconds);
    put_json_alarms(&all);
    printf(",\"labels\":[");
    for (size_t l = 0; l < j->stream->n_labels; l++) {
        printf("%s{\"label\":", l ? "," : "");
        put_json_text(hear_model_label(j->model, l));
        printf(",\"events\":%zu", j->stream->labels[l].n_events);
        put_json_alarms(&j->stream->labels[l]);
        printf("}");
    }
    printf("]}");
}

static void put_json_labels(const hear_judged *j)
{
    const hear_metrics *m = j->summary->clips;
    printf(",\"labels\":[");
    for (size_t l = 0; l < m->n_labels; l++) {
        printf("%s{\"label\":", l ? "," : "");
        put_json_text(hear_model_label(j->model, l));
        printf(",\"n\":%zu", hear_metrics_support(m, l));
        put_json("precision", hear_metrics_precision(m, l));
        put_json("recall", hear_metrics_recall(m, l));
        put_json("f1", hear_metrics_f1(m, l));
        put_json("auc", j->summary->labels[l].auc);
        put_json("average_precision", j->summary->labels[l].average_precision);
        put_json_alarms(&j->summary->alarms->labels[l]);
        printf("}");
    }
    printf("],\"confusion\":[");
    for (size_t t = 0; t < m->n_labels; t++) {
        printf("%s[", t ? "," : "");
        for (size_t l = 0; l < m->n_labels; l++)
            printf("%s%zu", l ? "," : "", m->confusion[t * m->n_labels + l]);
        printf("]");
    }
    printf("]");
}

void hear_evaluate_jsonl(const hear_page *page)
{
    for (size_t i = 0; i < page->n_models; i++) {
        const hear_judged *j = &page->models[i];
        printf("{\"v\":1,\"type\":\"evaluation\",\"model\":");
        put_json_text(j->name);
        printf(",\"data\":");
        put_json_text(page->data);
        printf(",\"split\":\"%s\",\"recordings\":", page->split);
        put_json_metrics(j->summary->clips);
        printf(",\"windows\":");
        put_json_metrics(j->summary->windows);
        put_json("macro_auc", j->summary->macro_auc);
        put_json("calibration_error", j->summary->calibration_error);
        put_json("threshold", j->summary->threshold);
        put_json_labels(j);
        if (j->stream)
            put_json_stream(j);
        printf(",\"unread\":%zu}\n", j->evaluation->n_unread);
    }
}
