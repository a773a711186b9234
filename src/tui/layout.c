/* layout.c - see layout.h. */
#include "config.h"

#include "tui/layout.h"

#include <stdbool.h>

enum {
    TWO_COLUMNS = 64, /* from here on the past stands beside the bars */
    GAP = 3           /* columns between them */
};

/* Blank rows before a part: what a larger window has room for. */
typedef struct {
    int rows[HEAR_N_PARTS], gap[HEAR_N_PARTS];
    int left; /* rows that nobody has yet */
} share;

typedef struct {
    hear_part part;
    int rows; /* wanted: it grows up to this */
    int gap;  /* blank rows before it, then */
} wish;

/* The order in which rows are given away. */
static const wish wishes[] = {
    { HEAR_PART_LABEL, 1, 0 },     { HEAR_PART_METER, 1, 0 },      { HEAR_PART_STATUS, 1, 0 },
    { HEAR_PART_BARS, 3, 0 },      { HEAR_PART_WATERFALL, 3, 0 },  { HEAR_PART_HEADER, 1, 0 },
    { HEAR_PART_RIBBON, 1, 0 },    { HEAR_PART_TIMELINE, 3, 0 },   { HEAR_PART_WATERFALL, 5, 0 },
    { HEAR_PART_METER, 1, 1 },     { HEAR_PART_WATERFALL, 5, 1 },  { HEAR_PART_LABEL, 1, 1 },
    { HEAR_PART_AXIS, 1, 0 },      { HEAR_PART_STATUS, 1, 1 },     { HEAR_PART_BARS, 4, 0 },
    { HEAR_PART_WATERFALL, 8, 1 }, { HEAR_PART_TIMELINE, 5, 0 },   { HEAR_PART_BARS, 5, 0 },
    { HEAR_PART_BARS, 5, 1 },      { HEAR_PART_METER, 2, 1 },      { HEAR_PART_WATERFALL, 14, 1 },
    { HEAR_PART_BARS, 8, 1 },      { HEAR_PART_WATERFALL, 20, 1 }, { HEAR_PART_TIMELINE, 8, 0 },
    { HEAR_PART_BARS, 12, 1 },     { HEAR_PART_TIMELINE, 12, 0 },  { HEAR_PART_WATERFALL, 24, 1 },
    { HEAR_PART_BARS, 1000, 1 }, /* the rest is the past's */
};

static int least(int a, int b)
{
    return a < b ? a : b;
}

/* The rows of the block that holds label, bars and, beside them or below, the timeline. */
static int grow(share *s, hear_part part, int rows, bool two_columns)
{
    int more = rows - s->rows[part];
    if (two_columns && part == HEAR_PART_TIMELINE) {
        /* it has the height of its neighbours for nothing; past that, they grow with it */
        more = rows - s->rows[HEAR_PART_LABEL] - s->gap[HEAR_PART_BARS] - s->rows[HEAR_PART_BARS];
        more = more < 0 ? 0 : least(more, s->left);
        s->rows[HEAR_PART_BARS] += more;
        return more;
    }
    more = more < 0 ? 0 : least(more, s->left);
    s->rows[part] += more;
    return more;
}

hear_screen_layout hear_screen_layout_plan(int n_rows, int n_cols, size_t n_bars, size_t n_bands)
{
    const bool two_columns = n_cols >= TWO_COLUMNS;
    const int max_bars = n_bars > 1000 ? 1000 : (int)n_bars;
    const int max_bands = n_bands > 1000 ? 1000 : (int)n_bands;
    share s = { .left = n_rows };
    for (size_t i = 0; i < sizeof wishes / sizeof wishes[0] && s.left > 0; i++) {
        const wish *w = &wishes[i];
        int rows = w->rows;
        if (w->part == HEAR_PART_BARS)
            rows = least(rows, max_bars);
        if (w->part == HEAR_PART_WATERFALL)
            rows = least(rows, max_bands);
        if ((w->part == HEAR_PART_RIBBON || w->part == HEAR_PART_AXIS) &&
            s.rows[HEAR_PART_WATERFALL] == 0)
            continue;
        if (w->part == HEAR_PART_WATERFALL && s.rows[w->part] == 0 && s.left < 3)
            continue; /* one or two rows show nothing */
        s.left -= grow(&s, w->part, rows, two_columns);
        if (w->gap > s.gap[w->part] && s.left > 0 && s.rows[w->part] > 0) {
            s.gap[w->part]++;
            s.left--;
        }
    }
    if (!two_columns)
        s.rows[HEAR_PART_TIMELINE] += s.left;
    else
        s.rows[HEAR_PART_BARS] += s.left;

    hear_screen_layout l = { 0 };
    int y = 0;
    for (int p = 0; p < HEAR_N_PARTS; p++) {
        y += s.gap[p];
        l.part[p] = (hear_rect){ .y = y, .x = 0, .n_rows = s.rows[p], .n_cols = n_cols };
        y += s.rows[p];
    }
    if (two_columns) {
        const int left = (n_cols - GAP) * 11 / 20;
        const hear_rect *label = &l.part[HEAR_PART_LABEL];
        l.part[HEAR_PART_TIMELINE] =
            (hear_rect){ .y = label->y,
                         .x = left + GAP,
                         .n_rows = label->n_rows + s.gap[HEAR_PART_BARS] + s.rows[HEAR_PART_BARS],
                         .n_cols = n_cols - left - GAP };
        l.part[HEAR_PART_LABEL].n_cols = l.part[HEAR_PART_BARS].n_cols = left;
    }
    return l;
}
