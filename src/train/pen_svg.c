/* pen_svg.c - charts as one <svg> element, see pen.h: for pages, and as files. */
#include "config.h"

#include "train/pen.h"

#include "base/text.h"
#include "train/chart.h"
#include "train/media.h"

static const char *const strokes[HEAR_N_STROKES] = {
    [HEAR_STROKE_GRID] = "class=\"grid\"",
    [HEAR_STROKE_BAR] = "stroke-opacity=\"0.5\"",
    [HEAR_STROKE_LINE] = "stroke-width=\"2\"",
    [HEAR_STROKE_DASHED] = "stroke-width=\"2\" stroke-dasharray=\"7 3\"",
    [HEAR_STROKE_FAINT] = "stroke=\"#999\" stroke-width=\"1\" stroke-dasharray=\"4 4\"",
};

static void put(FILE *out, const char *before, double value, const char *behind)
{
    char text[40];
    hear_format_fixed(text, sizeof text, value, 1);
    fprintf(out, "%s%s%s", before, text, behind);
}

static void put_stroke(FILE *out, hear_stroke stroke, const char *color)
{
    fprintf(out, " %s", strokes[stroke]);
    if (stroke != HEAR_STROKE_GRID && stroke != HEAR_STROKE_FAINT)
        fprintf(out, " stroke=\"%s\"", color);
}

static hear_status begin(hear_pen *p, int width, int height)
{
    fprintf(p->file,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" "
            "height=\"%d\" font-family=\"sans-serif\" font-size=\"11\" fill=\"currentColor\">\n"
            "<style>.grid{stroke:#8884;stroke-width:1}.title{font-weight:bold;font-size:13px}"
            "</style>\n",
            width, height, width, height);
    return HEAR_OK;
}

static void image(hear_pen *p, int x, int y, int width, int height, const unsigned char *png,
                  size_t n_png)
{
    fprintf(p->file,
            "<image x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" "
            "preserveAspectRatio=\"none\" href=\"data:image/png;base64,",
            x, y, width, height);
    hear_put_base64(p->file, png, n_png);
    fputs("\"/>\n", p->file);
}

static void line(hear_pen *p, hear_stroke stroke, const char *color, double x1, double y1,
                 double x2, double y2)
{
    fputs("<line", p->file);
    put_stroke(p->file, stroke, color);
    put(p->file, " x1=\"", x1, "\"");
    put(p->file, " y1=\"", y1, "\"");
    put(p->file, " x2=\"", x2, "\"");
    put(p->file, " y2=\"", y2, "\"/>\n");
}

static void path_begin(hear_pen *p, hear_stroke stroke, const char *color)
{
    fputs("<path fill=\"none\"", p->file);
    put_stroke(p->file, stroke, color);
    fputs(" d=\"", p->file);
}

static void path_to(hear_pen *p, bool lifted, double x, double y)
{
    put(p->file, lifted ? "M" : "L", x, " ");
    put(p->file, "", y, "");
}

static void path_end(hear_pen *p)
{
    fputs("\"/>\n", p->file);
}

static void dot(hear_pen *p, const char *color, double x, double y)
{
    put(p->file, "<circle r=\"3\" cx=\"", x, "\"");
    put(p->file, " cy=\"", y, "\"");
    fprintf(p->file, " fill=\"%s\"/>\n", color);
}

static void text(hear_pen *p, hear_text how, hear_anchor anchor, const char *color, double x,
                 double y, const char *text)
{
    static const char *const anchors[] = { "start", "middle", "end" };
    put(p->file, "<text x=\"", x, "\"");
    put(p->file, " y=\"", y, "\"");
    fprintf(p->file, " text-anchor=\"%s\"", anchors[anchor]);
    if (how == HEAR_TEXT_TURNED) {
        put(p->file, " transform=\"rotate(-90 ", x, " ");
        put(p->file, "", y, ")\"");
    }
    if (color)
        fprintf(p->file, " fill=\"%s\"", color);
    fputs(how == HEAR_TEXT_TITLE ? " class=\"title\">" : ">", p->file);
    hear_put_escaped(p->file, text);
    fputs("</text>\n", p->file);
}

static hear_status end(hear_pen *p)
{
    fputs("</svg>\n", p->file);
    return HEAR_OK;
}

const hear_pen_kind hear_pen_svg = {
    .begin = begin,
    .image = image,
    .line = line,
    .path_begin = path_begin,
    .path_to = path_to,
    .path_end = path_end,
    .dot = dot,
    .text = text,
    .end = end,
};
