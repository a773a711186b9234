/* screen.c - see screen.h. */
#include "config.h"

#include "tui/screen.h"

#include "tui/canvas.h"
#include "tui/cells.h"
#include "tui/layout.h"
#include "tui/term.h"
#include "tui/view.h"

#include "base/clock.h"
#include "base/error.h"
#include "base/mem.h"

#include <curses.h>
#include <stdlib.h>
#include <string.h>

struct hear_screen {
    hear_screen_config config;
    char *source, *model_name; /* what config points at */
    hear_term *term;
    hear_canvas *canvas;
    hear_view live;
    hear_view frozen; /* what is shown while paused */
    bool help;
};

static const hear_widget *const widgets[HEAR_N_PARTS] = {
    [HEAR_PART_HEADER] = &hear_widget_header,       [HEAR_PART_METER] = &hear_widget_meter,
    [HEAR_PART_WATERFALL] = &hear_widget_waterfall, [HEAR_PART_RIBBON] = &hear_widget_ribbon,
    [HEAR_PART_AXIS] = &hear_widget_axis,           [HEAR_PART_LABEL] = &hear_widget_label,
    [HEAR_PART_BARS] = &hear_widget_bars,           [HEAR_PART_TIMELINE] = &hear_widget_timeline,
    [HEAR_PART_STATUS] = &hear_widget_status,
};

static bool prepare_view(hear_view *v, const hear_screen_config *config)
{
    v->config = config;
    v->info = &config->model->info;
    v->status.window_s = (double)v->info->window * config->frame_s;
    v->status.hop_s = (double)v->info->hop * config->frame_s;
    const hear_frontend_config shown = hear_frontend_view(&v->info->frontend);
    v->waterfall = hear_waterfall_create(&shown, config->n_mels, config->frame_s);
    v->probs = hear_alloc(v->info->n_labels, sizeof *v->probs);
    return v->waterfall && v->probs;
}

static void clear_view(hear_view *v)
{
    hear_waterfall_destroy(v->waterfall);
    hear_free(v->probs);
}

/* Once curses runs: whether a label is shown in UTF-8 decides its width. */
static int longest_label(const hear_model_info *info, bool utf8)
{
    size_t most = 1;
    for (size_t i = 0; i < info->n_labels; i++) {
        const size_t cols = hear_cells_width(info->labels[i], utf8);
        most = cols > most ? cols : most;
    }
    return most < 1000 ? (int)most : 1000;
}

static void copy_view(hear_view *to, const hear_view *from)
{
    hear_waterfall *waterfall = to->waterfall;
    float *probs = to->probs;
    hear_waterfall_copy(waterfall, from->waterfall);
    memcpy(probs, from->probs, from->info->n_labels * sizeof *probs);
    *to = *from;
    to->waterfall = waterfall;
    to->probs = probs;
}

hear_status hear_screen_create(hear_screen **out, const hear_screen_config *config, hear_error *err)
{
    *out = NULL;
    if (!config->model || config->n_mels < 1 || !(config->frame_s > 0.0))
        return hear_fail(err, HEAR_ERR_ARG, "a display needs a model and frames");
    hear_screen *s = calloc(1, sizeof *s);
    if (!s)
        return hear_fail(err, HEAR_ERR_MEM, NULL);
    s->config = *config;
    s->config.source = s->source = hear_strdup(config->source ? config->source : "");
    s->config.model_name = s->model_name =
        config->model_name ? hear_strdup(config->model_name) : NULL;
    hear_status status = HEAR_OK;
    if (!s->source || (config->model_name && !s->model_name) ||
        !prepare_view(&s->live, &s->config) || !prepare_view(&s->frozen, &s->config))
        status = hear_fail(err, HEAR_ERR_MEM, NULL);
    if (status == HEAR_OK)
        status = hear_term_open(&s->term, config->tty, err);
    if (status == HEAR_OK) {
        const char *no_color = getenv("NO_COLOR"); /* no-color.org */
        s->canvas = hear_canvas_create(!(no_color && *no_color));
        if (!s->canvas)
            status = hear_fail(err, HEAR_ERR_MEM, NULL);
        else
            s->live.label_cols = longest_label(s->live.info, hear_canvas_utf8(s->canvas));
    }
    if (status != HEAR_OK) {
        hear_screen_destroy(s);
        return status;
    }
    *out = s;
    return HEAR_OK;
}

hear_status hear_screen_check(hear_error *err)
{
    return hear_term_check(err);
}

void hear_screen_destroy(hear_screen *s)
{
    if (!s)
        return;
    hear_canvas_destroy(s->canvas);
    hear_term_close(s->term);
    clear_view(&s->live);
    clear_view(&s->frozen);
    free(s->source);
    free(s->model_name);
    free(s);
}

void hear_screen_restore(void)
{
    hear_term_restore();
}

void hear_screen_add_frames(hear_screen *s, const float *frames, size_t n)
{
    hear_waterfall_add(s->live.waterfall, frames, n);
}

void hear_screen_add_result(hear_screen *s, const hear_window_result *r)
{
    hear_view *v = &s->live;
    if (r->n_labels != v->info->n_labels)
        return;
    hear_timeline_add(&v->timeline, r);
    memcpy(v->probs, r->probs, r->n_labels * sizeof *v->probs);
    v->last = *r;
    v->last.probs = NULL; /* the caller's */
    v->heard = true;
}

void hear_screen_set_status(hear_screen *s, const hear_screen_status *status)
{
    hear_view *v = &s->live;
    v->status = *status;
    hear_waterfall_sync(v->waterfall, status->position_s);
    hear_meter_update(&v->meter, status->peak, status->rms, (double)hear_now_ns() * 1e-9);
}

static void draw(hear_screen *s)
{
    const hear_view *v = s->frozen.paused ? &s->frozen : &s->live;
    const size_t top = s->config.top < v->info->n_labels ? s->config.top : v->info->n_labels;
    const hear_screen_layout l =
        hear_screen_layout_plan(LINES, COLS, top > 0 ? top : 1, s->config.n_mels);
    erase();
    for (size_t i = 0; i < HEAR_N_PARTS; i++)
        if (l.part[i].n_rows > 0 && l.part[i].n_cols > 0)
            widgets[i]->draw(v, s->canvas, l.part[i]);
    if (s->help)
        hear_widget_help.draw(v, s->canvas, (hear_rect){ 0, 0, LINES, COLS });
    wnoutrefresh(stdscr);
    doupdate();
}

static void toggle_pause(hear_screen *s)
{
    const bool paused = !s->frozen.paused;
    if (paused)
        copy_view(&s->frozen, &s->live);
    s->frozen.paused = paused;
}

hear_screen_key hear_screen_update(hear_screen *s, int wait_ms)
{
    if (hear_term_suspended(s->term))
        return HEAR_KEY_NONE;
    hear_term_follow_size(s->term);
    draw(s);
    for (int key; (key = hear_term_key(s->term, wait_ms)) != HEAR_TERM_NO_KEY; wait_ms = 0) {
        switch (key) {
        case 'q':
        case 'Q':
        case HEAR_TERM_GONE:
            return HEAR_KEY_QUIT;
        case ' ':
            toggle_pause(s);
            break;
        case '?':
            s->help = !s->help;
            break;
        case 27: /* escape */
            s->help = false;
            break;
        case 12: /* ^L: whatever else wrote on the screen is wiped */
            clearok(stdscr, TRUE);
            break;
        default:
            break;
        }
    }
    return HEAR_KEY_NONE;
}

void hear_screen_suspend(hear_screen *s)
{
    hear_term_suspend(s->term);
}

void hear_screen_resume(hear_screen *s)
{
    hear_term_resume(s->term);
}
