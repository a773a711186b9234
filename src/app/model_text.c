/* model_text.c - a model file for people, see model_show.h. */
#include "config.h"

#include "app/model_show.h"

#include "base/text.h"
#include "stream/denoise.h"
#include "nn/checksum.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { WIDTH = 79, INDENT = 12, MAX_NAME = 40, OPERATOR = 18, OUTPUT = 18 };

size_t hear_graph_n_weights(const hear_graph *g)
{
    size_t n = 0;
    for (size_t i = 0; i < g->n_values; i++)
        if (g->values[i].init && g->values[i].init->dtype == HEAR_F32)
            n += g->values[i].init->count;
    return n;
}

const char *hear_model_view_card(const hear_model_view *view)
{
    const char *card = view->info ? view->info->card : NULL;
    if (view->denoiser || view->background)
        card = hear_graph_prop(view->graph, "hearsay.card");
    return card ? card : "";
}

const char *hear_graph_node_name(const hear_graph *g, const hear_node *n)
{
    if (n->name[0])
        return n->name;
    return n->n_out > 0 && n->out[0] != HEAR_NO_VALUE ? g->values[n->out[0]].name : "";
}

bool hear_model_node_shape(const hear_model_view *view, size_t node, hear_shape *shape)
{
    if (view->plan) {
        const hear_tensor *out = hear_plan_node_info(view->plan, node).out;
        if (out)
            *shape = out->shape;
        return out != NULL;
    }
    const hear_node *n = &view->graph->nodes[node];
    const hear_value *v =
        n->n_out > 0 && n->out[0] != HEAR_NO_VALUE ? &view->graph->values[n->out[0]] : NULL;
    if (!v || !v->has_type)
        return false;
    *shape = v->shape;
    return true;
}

/* ---- words */

/* 1234567 as "1,234,567". */
static const char *grouped(char *out, size_t room, uint64_t value)
{
    char digits[24];
    const size_t n = (size_t)snprintf(digits, sizeof digits, "%" PRIu64, value);
    size_t used = 0;
    for (size_t i = 0; i < n && used + 2 < room; i++) {
        if (i > 0 && (n - i) % 3 == 0)
            out[used++] = ',';
        out[used++] = digits[i];
    }
    out[used] = '\0';
    return out;
}

static void spaces(FILE *out, size_t n)
{
    fprintf(out, "%*s", (int)n, "");
}

/* Names come from a file: nothing of them may move a terminal's cursor. */
static const char *clean(char *out, size_t room, const char *text)
{
    size_t used = 0;
    out[0] = '\0';
    for (const size_t n = strlen(text); used < n && used + 5 < room;) {
        const size_t length = hear_utf8_length(text + used, n - used);
        char piece[5] = "";
        memcpy(piece, text + used, length);
        if (length == 0 || hear_has_control(piece)) {
            out[used++] = '?';
        } else {
            memcpy(out + used, piece, length);
            used += length;
        }
        out[used] = '\0';
    }
    return out;
}

/* "  labels    a, b, c", broken at WIDTH between words. */
typedef struct {
    FILE *out;
    size_t column; /* 0: nothing stands behind the heading yet */
} line;

static line begin(FILE *out, const char *heading)
{
    fprintf(out, "  %-*s", INDENT - 2, heading);
    return (line){ .out = out };
}

static void word(line *l, const char *text, const char *behind)
{
    char shown[HEAR_MAX_LABEL + 32];
    clean(shown, sizeof shown, text);
    const size_t n = hear_utf8_count(shown) + strlen(behind);
    if (l->column > 0 && INDENT + l->column + 1 + n > WIDTH) {
        fputc('\n', l->out);
        spaces(l->out, INDENT);
        l->column = 0;
    }
    fprintf(l->out, "%s%s%s", l->column > 0 ? " " : "", shown, behind);
    l->column += (l->column > 0) + n;
}

static void end(line *l)
{
    fputc('\n', l->out);
}

/* ---- the summary */

static void put_duration(FILE *out, const char *heading, size_t samples, size_t frames,
                         uint32_t rate_hz)
{
    char seconds[40];
    hear_format_fixed(seconds, sizeof seconds, (double)samples / rate_hz, 4);
    fprintf(out, "  %-*s%s s (%zu frame%s)\n", INDENT - 2, heading, seconds, frames,
            frames == 1 ? "" : "s");
}

/* The front end's keys and values, as hearsay-model(5) names them. */
static void put_frontend(FILE *out, const hear_frontend_config *config)
{
    char *json = hear_frontend_write(config);
    if (!json)
        return;
    line l = begin(out, "front end");
    for (char *c = json; *c; c++)
        if (strchr("{}\"", *c))
            *c = ' ';
        else if (*c == ':')
            *c = '=';
    char *rest = json;
    for (char *pair; (pair = strsep(&rest, ",")) != NULL;) {
        size_t used = 0;
        for (const char *c = pair; *c; c++)
            if (*c != ' ')
                pair[used++] = *c;
        pair[used] = '\0';
        word(&l, pair, rest ? "," : "");
    }
    end(&l);
    free(json);
}

static void put_info(FILE *out, const hear_model_info *info)
{
    line l = begin(out, "labels");
    for (size_t i = 0; i < info->n_labels; i++)
        word(&l, info->labels[i], i + 1 < info->n_labels ? "," : "");
    end(&l);
    const hear_frontend_config *f = &info->frontend;
    put_duration(out, "window", hear_frontend_span(f, info->window), info->window, f->rate_hz);
    put_duration(out, "hop", info->hop * f->hop, info->hop, f->rate_hz);
    if (info->patch) {
        put_duration(out, "patch", hear_frontend_span(f, info->patch), info->patch, f->rate_hz);
        put_duration(out, "patch hop", info->patch_hop * f->hop, info->patch_hop, f->rate_hz);
    }
    put_frontend(out, f);
    fprintf(out, "  %-*s%s\n", INDENT - 2, "layout", hear_layout_name(info->layout));
    fprintf(out, "  %-*s%s\n", INDENT - 2, "output", hear_output_name(info->output));
    if (info->embedding[0]) {
        l = begin(out, "embedding");
        word(&l, info->embedding, "");
        end(&l);
    }
    if (info->weight[0]) {
        l = begin(out, "weight");
        word(&l, info->weight, "");
        end(&l);
    }
    if (hear_model_info_is_head(info)) {
        l = begin(out, "stands on");
        word(&l, info->backbone, "");
        word(&l, info->pool == HEAR_POOL_MEAN ? "(a window's mean)," : "(each patch),", "");
        word(&l, info->backbone_sha256, "");
        end(&l);
    }
}

static void put_denoiser(FILE *out)
{
    fprintf(out,
            "  %-*sdenoiser\n"
            "  %-*smagnitudes of %d bins, %d samples every %d at %d Hz\n",
            INDENT - 2, "kind", INDENT - 2, "hears", HEAR_DENOISE_BINS, HEAR_DENOISE_FFT,
            HEAR_DENOISE_HOP, HEAR_DENOISE_HZ);
    put_duration(out, "window", (size_t)HEAR_DENOISE_WINDOW * HEAR_DENOISE_HOP, HEAR_DENOISE_WINDOW,
                 HEAR_DENOISE_HZ);
}

/* It has no layers that run: a table of numbers. */
static void put_background(FILE *out, const hear_model_view *view)
{
    const hear_background *const b = view->background;
    const char *const of = hear_graph_prop(view->graph, "hearsay.backbone");
    char name[HEAR_MAX_BACKBONE], rows[40];
    char sum[HEAR_DIGEST_TEXT];
    hear_graph_sha256(view->graph, sum);
    fprintf(out,
            "  %-*sbackground: what hearsay enrol tells new sounds from\n"
            "  %-*s%s, SHA-256 %s\n"
            "  %-*s%s windows of %zu frames, each %zu numbers of the embedding's %zu\n"
            "  %-*s%s\n",
            INDENT - 2, "kind", INDENT - 2, "stands on", clean(name, sizeof name, of ? of : "?"),
            hear_graph_prop(view->graph, "hearsay.backbone_sha256"), INDENT - 2, "holds",
            grouped(rows, sizeof rows, b->n_rows), b->window, b->n_dims, b->n_in, INDENT - 2,
            "SHA-256", sum);
}

static void put_port(line *l, const hear_value *v, const hear_tensor *planned, const char *behind)
{
    const hear_dtype dtype = v->dtype ? v->dtype : planned ? planned->dtype : (hear_dtype)0;
    const hear_shape *shape = v->has_type ? &v->shape : planned ? &planned->shape : NULL;
    char text[128] = "of unknown shape";
    if (shape)
        hear_shape_text(shape, text, sizeof text);
    word(l, v->name, "");
    if (dtype)
        word(l, hear_dtype_name(dtype), "");
    word(l, text, behind);
}

static void put_ports(const hear_model_view *view, FILE *out)
{
    const hear_graph *g = view->graph;
    line l = begin(out, "takes");
    for (size_t i = 0; i < g->n_in; i++)
        put_port(&l, &g->values[g->in[i]], NULL, i + 1 < g->n_in ? "," : "");
    end(&l);
    l = begin(out, "gives");
    for (size_t i = 0; i < g->n_out; i++)
        put_port(&l, &g->values[g->out[i]], view->plan ? hear_plan_output(view->plan, i) : NULL,
                 i + 1 < g->n_out ? "," : "");
    end(&l);
}

static void put_totals(const hear_model_view *view, FILE *out)
{
    char number[40];
    line l = begin(out, "network");
    snprintf(number, sizeof number, "opset %lld", (long long)view->graph->opset);
    word(&l, number, "");
    if (view->graph->opset_ml) {
        snprintf(number, sizeof number, "(ai.onnx.ml %lld)", (long long)view->graph->opset_ml);
        word(&l, number, "");
    }
    word(&l, "with", "");
    word(&l, grouped(number, sizeof number, view->graph->n_nodes), "");
    word(&l, view->graph->n_nodes == 1 ? "layer" : "layers", ",");
    word(&l, grouped(number, sizeof number, hear_graph_n_weights(view->graph)), "");
    word(&l, "parameters", view->plan ? "," : "");
    if (view->plan) {
        word(&l, grouped(number, sizeof number, hear_plan_macs(view->plan)), "");
        word(&l, "MACs a", "");
        word(&l, view->info && view->info->patch ? "patch" : "window", "");
    }
    end(&l);
    char sum[HEAR_DIGEST_TEXT];
    hear_graph_sha256(view->graph, sum);
    l = begin(out, "SHA-256");
    word(&l, sum, "");
    end(&l);
}

/* ---- the layers */

static size_t name_width(const hear_graph *g)
{
    size_t width = strlen("layer");
    for (size_t i = 0; i < g->n_nodes; i++) {
        const size_t n = hear_utf8_count(hear_graph_node_name(g, &g->nodes[i]));
        width = n > width ? n : width;
    }
    return width < MAX_NAME ? width : MAX_NAME;
}

static void put_cell(FILE *out, const char *text, size_t width)
{
    char shown[256];
    clean(shown, sizeof shown, text);
    const size_t n = hear_utf8_count(shown);
    fputs(shown, out);
    spaces(out, n < width ? width - n : 0);
    fputs("  ", out);
}

/* Without a plan neither MACs nor what belongs to a layer are known: three columns then. */
static void put_layer(const hear_model_view *view, FILE *out, size_t i, size_t width)
{
    const hear_node *n = &view->graph->nodes[i];
    char op[96], text[128] = "?", weights[32] = "", macs[32] = "folded";
    hear_shape shape;
    snprintf(op, sizeof op, "%.40s%s%.40s", n->domain, n->domain[0] ? "." : "", n->op_type);
    if (hear_model_node_shape(view, i, &shape))
        hear_shape_text(&shape, text, sizeof text);
    fputs("  ", out);
    put_cell(out, hear_graph_node_name(view->graph, n), width);
    put_cell(out, op, OPERATOR);
    if (!view->plan) {
        fprintf(out, "%s\n", text);
        return;
    }
    const hear_plan_node info = hear_plan_node_info(view->plan, i);
    if (info.n_weights > 0)
        grouped(weights, sizeof weights, info.n_weights);
    if (!info.folded)
        grouped(macs, sizeof macs, info.macs);
    put_cell(out, text, OUTPUT);
    fprintf(out, "%10s  %13s\n", weights, macs);
}

static void put_layers(const hear_model_view *view, FILE *out)
{
    const size_t width = name_width(view->graph);
    fputs("\n  ", out);
    put_cell(out, "layer", width);
    put_cell(out, "operator", OPERATOR);
    if (view->plan) {
        put_cell(out, "output", OUTPUT);
        fprintf(out, "%10s  %13s\n", "parameters", "MACs");
    } else {
        fputs("output\n", out);
    }
    for (size_t i = 0; i < view->graph->n_nodes; i++)
        put_layer(view, out, i, width);
}

static void put_card(FILE *out, const char *card)
{
    fputs("\n  ", out);
    for (size_t n = strlen(card); *card;) {
        const size_t length = hear_utf8_length(card, n);
        char piece[5] = "?";
        memcpy(piece, card, length);
        if (*card == '\n')
            fputs(card[1] == '\0' || card[1] == '\n' ? "\n" : "\n  ", out);
        else
            fputs(length == 0 || hear_has_control(piece) ? "?" : piece, out);
        card += length ? length : 1;
        n -= length ? length : 1;
        if (*card == '\0' && card[-1] != '\n')
            fputc('\n', out);
    }
}

void hear_model_show_text(const hear_model_view *view, FILE *out)
{
    char path[512];
    fprintf(out, "%s\n", clean(path, sizeof path, view->path));
    if (view->denoiser)
        put_denoiser(out);
    if (view->info)
        put_info(out, view->info);
    if (view->background) {
        put_background(out, view);
    } else {
        put_totals(view, out);
        put_ports(view, out);
        put_layers(view, out);
    }
    const char *card = hear_model_view_card(view);
    if (card[0])
        put_card(out, card);
}
