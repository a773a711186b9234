/* canvas.c - see canvas.h. */
#include "config.h"

#include "tui/canvas.h"

#include "tui/cells.h"

#include <curses.h>
#include <langinfo.h>
#include <stdlib.h>
#include <string.h>

enum {
    MAX_COLS = 512, /* of one piece of text */
    N_HEAT = 15,    /* colours of the spectrogram with 256 */
    MAX_HEAT = 32,  /* cells of a ramp that does not split cells */
    HEAT_PAIR = 64  /* the first of the spectrogram's colour pairs */
};

typedef struct {
    attr_t attr;
    short pair;
} look;

struct hear_canvas {
    bool utf8;
    int n_colors; /* 0, 8 or 256 */
    look looks[HEAR_N_STYLES];
    bool half_rows;
    int n_heat;
    struct {
        wchar_t glyph;
        look look;
    } heat[MAX_HEAT]; /* where a cell shows one level */
};

/* Colours for 256 and 8; -1 is the terminal's own. Those of text stay readable on dark and on
 * light. */
static const struct {
    short fg256, bg256, fg8, bg8;
    attr_t attr;
} style_table[HEAR_STYLE_CLASS] = {
    [HEAR_STYLE_TEXT] = { -1, -1, -1, -1, A_NORMAL },
    [HEAR_STYLE_STRONG] = { -1, -1, -1, -1, A_BOLD },
    [HEAR_STYLE_DIM] = { 244, -1, -1, -1, A_NORMAL },
    [HEAR_STYLE_BRAND] = { 38, -1, COLOR_CYAN, -1, A_BOLD },
    [HEAR_STYLE_KEY] = { 38, -1, COLOR_CYAN, -1, A_BOLD },
    [HEAR_STYLE_TRACK] = { 241, -1, -1, -1, A_NORMAL },
    [HEAR_STYLE_GOOD] = { 71, -1, COLOR_GREEN, -1, A_NORMAL },
    [HEAR_STYLE_WARN] = { 178, -1, COLOR_YELLOW, -1, A_NORMAL },
    [HEAR_STYLE_BAD] = { 167, -1, COLOR_RED, -1, A_BOLD },
    [HEAR_STYLE_NOTICE] = { 16, 178, COLOR_BLACK, COLOR_YELLOW, A_NORMAL },
    [HEAR_STYLE_ALERT] = { 231, 160, COLOR_WHITE, COLOR_RED, A_BOLD },
};

static const struct {
    short c256, c8;
} class_table[HEAR_N_CLASS_STYLES] = {
    { 39, COLOR_CYAN },  { 208, COLOR_YELLOW }, { 71, COLOR_GREEN }, { 170, COLOR_MAGENTA },
    { 105, COLOR_BLUE }, { 178, COLOR_WHITE },  { 44, COLOR_CYAN },  { 203, COLOR_RED },
};

/* From quiet to loud: black, violet, red, orange, yellow, white, as far as the colour cube goes. */
static const short heat_table[N_HEAT] = { 16,  17,  53,  54,  89,  125, 161, 166,
                                          202, 208, 214, 220, 227, 229, 231 };

/* Colour number i of the 256 that xterm has, for terminals that take red, green and blue. */
static int rgb_of(int i)
{
    if (i < 16)
        return i;
    if (i >= 232)
        return (8 + 10 * (i - 232)) * 0x010101;
    static const int steps[] = { 0x00, 0x5f, 0x87, 0xaf, 0xd7, 0xff };
    i -= 16;
    return steps[i / 36] << 16 | steps[i / 6 % 6] << 8 | steps[i % 6];
}

static void define_pair(int pair, int fg, int bg)
{
    if (COLORS > 256) {
        fg = fg < 0 ? fg : rgb_of(fg);
        bg = bg < 0 ? bg : rgb_of(bg);
    }
#if defined(NCURSES_EXT_COLORS) && NCURSES_EXT_COLORS
    init_extended_pair(pair, fg, bg);
#else
    init_pair((short)pair, (short)fg, (short)bg);
#endif
}

static void set_look(hear_canvas *c, hear_style style, attr_t attr, int fg, int bg)
{
    c->looks[style].attr = attr;
    if (fg < 0 && bg < 0)
        return;
    c->looks[style].pair = (short)(style + 1);
    define_pair(style + 1, fg, bg);
}

static void choose_looks(hear_canvas *c)
{
    for (int s = 0; s < HEAR_STYLE_CLASS; s++) {
        const bool many = c->n_colors == 256, none = c->n_colors == 0;
        const int fg = none ? -1 : many ? style_table[s].fg256 : style_table[s].fg8;
        const int bg = none ? -1 : many ? style_table[s].bg256 : style_table[s].bg8;
        set_look(c, (hear_style)s, style_table[s].attr, fg, bg);
    }
    if (c->n_colors == 0)
        c->looks[HEAR_STYLE_ALERT].attr = c->looks[HEAR_STYLE_NOTICE].attr = A_REVERSE;
    for (int i = 0; i < HEAR_N_CLASS_STYLES; i++) {
        const hear_style ink = (hear_style)(HEAR_STYLE_CLASS + i);
        const hear_style patch = (hear_style)(HEAR_STYLE_PATCH + i);
        if (c->n_colors == 0) {
            c->looks[patch].attr = A_REVERSE;
            continue;
        }
        const bool many = c->n_colors == 256;
        const int color = many ? class_table[i].c256 : class_table[i].c8;
        set_look(c, ink, A_NORMAL, color, -1);
        set_look(c, patch, A_NORMAL, many ? 16 : COLOR_BLACK, color);
    }
}

static void add_heat(hear_canvas *c, wchar_t glyph, attr_t attr, int fg, int bg)
{
    look l = { .attr = attr };
    if (fg >= 0) {
        l.pair = (short)(HEAT_PAIR + c->n_heat);
        define_pair(l.pair, fg, bg);
    }
    c->heat[c->n_heat].glyph = glyph;
    c->heat[c->n_heat++].look = l;
}

/* The best ramp that the terminal can show. */
static void choose_heat(hear_canvas *c)
{
    static const short ramp8[] = { COLOR_BLACK, COLOR_BLUE,   COLOR_MAGENTA,
                                   COLOR_RED,   COLOR_YELLOW, COLOR_WHITE };
    static const wchar_t ascii[] = L" .:-=+*#%@", shades[] = L" \u2591\u2592\u2593\u2588";
    if (c->n_colors == 256 && c->utf8 && COLOR_PAIRS >= HEAT_PAIR + N_HEAT * N_HEAT) {
        c->half_rows = true;
        for (int upper = 0; upper < N_HEAT; upper++)
            for (int lower = 0; lower < N_HEAT; lower++)
                define_pair(HEAT_PAIR + upper * N_HEAT + lower, heat_table[upper],
                            heat_table[lower]);
    } else if (c->n_colors == 256) {
        for (int i = 0; i < N_HEAT; i++)
            add_heat(c, L' ', A_NORMAL, heat_table[i], heat_table[i]);
    } else if (c->n_colors == 8 && c->utf8) {
        add_heat(c, L' ', A_NORMAL, COLOR_BLACK, COLOR_BLACK);
        for (size_t i = 0; i + 1 < sizeof ramp8 / sizeof ramp8[0]; i++)
            for (size_t k = 1; k < 5; k++)
                add_heat(c, shades[k], A_NORMAL, ramp8[i + 1], ramp8[i]);
    } else if (c->n_colors == 8) {
        for (size_t k = 0; k < 10; k++)
            add_heat(c, ascii[k], A_NORMAL, ramp8[1 + k / 2], -1);
    } else {
        const wchar_t *ramp = c->utf8 ? shades : ascii;
        for (size_t k = 0; ramp[k]; k++)
            add_heat(c, ramp[k], A_NORMAL, -1, -1);
    }
}

hear_canvas *hear_canvas_create(bool color)
{
    hear_canvas *c = calloc(1, sizeof *c);
    if (!c)
        return NULL;
    c->utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
    if (color && has_colors() && start_color() == OK && use_default_colors() == OK)
        c->n_colors = COLORS >= 256 ? 256 : COLORS >= 8 ? 8 : 0;
    choose_looks(c);
    choose_heat(c);
    return c;
}

void hear_canvas_destroy(hear_canvas *c)
{
    free(c);
}

bool hear_canvas_utf8(const hear_canvas *c)
{
    return c->utf8;
}

bool hear_canvas_half_rows(const hear_canvas *c)
{
    return c->half_rows;
}

hear_style hear_style_of_class(size_t label)
{
    return (hear_style)(HEAR_STYLE_CLASS + label % HEAR_N_CLASS_STYLES);
}

hear_style hear_style_patch_of_class(size_t label)
{
    return (hear_style)(HEAR_STYLE_PATCH + label % HEAR_N_CLASS_STYLES);
}

static void put(int y, int x, wchar_t glyph, look l)
{
    const wchar_t text[2] = { glyph, L'\0' };
    cchar_t cell;
    if (setcchar(&cell, text, l.attr, l.pair, NULL) == OK)
        mvadd_wch(y, x, &cell);
}

int hear_canvas_text(hear_canvas *c, int y, int x, int n_cols, hear_style style, const char *text)
{
    if (n_cols <= 0)
        return 0;
    wchar_t wide[HEAR_CELLS_ROOM(MAX_COLS)];
    const size_t used =
        hear_cells_clip(wide, text, n_cols < MAX_COLS ? (size_t)n_cols : MAX_COLS, c->utf8);
    attr_set(c->looks[style].attr, c->looks[style].pair, NULL);
    mvaddwstr(y, x, wide);
    attr_set(A_NORMAL, 0, NULL);
    return (int)used;
}

int hear_canvas_text_right(hear_canvas *c, int y, int x_end, int n_cols, hear_style style,
                           const char *text)
{
    const size_t width = hear_cells_width(text, c->utf8);
    const int used = n_cols < 0 ? 0 : width < (size_t)n_cols ? (int)width : n_cols;
    return hear_canvas_text(c, y, x_end - used, used, style, text);
}

void hear_canvas_glyph(hear_canvas *c, int y, int x, hear_style style, hear_glyph glyph)
{
    static const struct {
        wchar_t utf8, ascii;
    } glyphs[HEAR_N_GLYPHS] = {
        [HEAR_GLYPH_LINE] = { L'\u2500', L'-' },
        [HEAR_GLYPH_TICK] = { L'\u2503', L'|' },
        [HEAR_GLYPH_LIVE] = { L'\u25cf', L'*' },
        [HEAR_GLYPH_PLAYING] = { L'\u25b6', L'>' },
        [HEAR_GLYPH_ENDED] = { L'\u25a0', L'#' },
        [HEAR_GLYPH_EDGE] = { L'\u2500', L'-' },
        [HEAR_GLYPH_TOP_LEFT] = { L'\u256d', L'+' },
        [HEAR_GLYPH_TOP_RIGHT] = { L'\u256e', L'+' },
        [HEAR_GLYPH_BOTTOM_LEFT] = { L'\u2570', L'+' },
        [HEAR_GLYPH_BOTTOM_RIGHT] = { L'\u256f', L'+' },
        [HEAR_GLYPH_SIDE] = { L'\u2502', L'|' },
    };
    put(y, x, c->utf8 ? glyphs[glyph].utf8 : glyphs[glyph].ascii, c->looks[style]);
}

void hear_canvas_fill(hear_canvas *c, hear_rect r, hear_style style)
{
    for (int y = r.y; y < r.y + r.n_rows; y++)
        for (int x = r.x; x < r.x + r.n_cols; x++)
            put(y, x, L' ', c->looks[style]);
}

void hear_canvas_block(hear_canvas *c, int y, int x, hear_style style, double fill)
{
    const int halves = fill <= 0.25 ? 0 : fill >= 0.75 ? 2 : 1;
    static const wchar_t lines[] = { L'\u2500', L'\u2578', L'\u2501' };
    const hear_style s = halves == 0 ? HEAR_STYLE_TRACK : style;
    if (c->utf8)
        put(y, x, lines[halves], c->looks[s]);
    else
        put(y, x, halves == 2 ? L'=' : L'-', c->looks[halves == 2 ? style : HEAR_STYLE_TRACK]);
}

void hear_canvas_bar(hear_canvas *c, int y, int x, int n_cols, hear_style style, double share)
{
    for (int i = 0; i < n_cols; i++)
        hear_canvas_block(c, y, x + i, style, share * n_cols - i);
}

void hear_canvas_heat(hear_canvas *c, int y, int x, uint8_t upper, uint8_t lower)
{
    if (!c->half_rows) {
        const int i = upper * c->n_heat / 256;
        put(y, x, c->heat[i].glyph, c->heat[i].look);
        return;
    }
    const int u = upper * N_HEAT / 256, l = lower * N_HEAT / 256;
    put(y, x, u == l ? L' ' : L'\u2580', (look){ .pair = (short)(HEAT_PAIR + u * N_HEAT + l) });
}
