/* pen_cairo.c - charts as PNG, see pen.h: dark on white, two dots to a pixel. Where configure finds
 * no cairo, or it is gone since, there is no such pen. */
#include "config.h"

#include "train/pen.h"

#ifdef HAVE_CAIRO

#include <cairo.h>
#include <dlfcn.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { DOTS = 2 /* to a pixel, each way */ };

/* Loaded when a PNG is to be drawn, as libcurl in io/fetch.c: it brings 20 other libraries. */
/* clang-format off */
#define EACH(f) \
    f(arc) f(clip) f(create) f(destroy) f(fill) f(get_source) f(image_surface_create) \
    f(image_surface_create_from_png_stream) f(image_surface_get_height) \
    f(image_surface_get_width) f(line_to) f(move_to) f(new_path) f(paint) f(pattern_set_extend) \
    f(rectangle) f(restore) f(rotate) f(save) f(scale) f(select_font_face) f(set_dash) \
    f(set_font_size) f(set_line_join) f(set_line_width) f(set_source_rgb) f(set_source_rgba) \
    f(set_source_surface) f(show_text) f(status) f(stroke) f(surface_destroy) \
    f(surface_write_to_png_stream) f(text_extents) f(translate)
/* clang-format on */
static struct {
    void *library; /* NULL until it is loaded */
#define DECLARE(name) __typeof__(cairo_##name) *name;
    EACH(DECLARE)
} lib;

static bool find(void *library, const char *name, void *function)
{
    void *const found = dlsym(library, name);
    memcpy(function, &found, sizeof found); /* POSIX: a function's address fits */
    return found != NULL;
}

static bool load(void)
{
    void *const l = lib.library ? lib.library : dlopen("libcairo.so.2", RTLD_NOW | RTLD_LOCAL);
    bool all = l != NULL;
#define FIND(name) all = all && find(l, "cairo_" #name, &lib.name);
    EACH(FIND)
    lib.library = all ? l : NULL;
    return all;
}

#if defined(__SANITIZE_ADDRESS__)
/* fontconfig keeps what it has read of its configuration until FcFini, which cairo never calls and
 * which no one else may: another part of the program could hold fonts. */
HEAR_API const char *__lsan_default_suppressions(void); /* called by the sanitizer's library */
const char *__lsan_default_suppressions(void)
{
    return "leak:libfontconfig\n";
}

HEAR_API const char *__lsan_default_options(void);
const char *__lsan_default_options(void)
{
    return "print_suppressions=0";
}
#endif

static const struct {
    const char *color; /* NULL: the caller's */
    double opacity, width, dash[2];
} strokes[HEAR_N_STROKES] = {
    [HEAR_STROKE_GRID] = { "#888", 0.27, 1.0, { 0.0 } },
    [HEAR_STROKE_BAR] = { NULL, 0.5, 1.0, { 0.0 } },
    [HEAR_STROKE_LINE] = { NULL, 1.0, 2.0, { 0.0 } },
    [HEAR_STROKE_DASHED] = { NULL, 1.0, 2.0, { 7.0, 3.0 } },
    [HEAR_STROKE_FAINT] = { "#999", 1.0, 1.0, { 4.0, 4.0 } },
};

static void set_color(cairo_t *cr, const char *color, double opacity)
{
    const unsigned long v = strtoul(color + 1, NULL, 16);
    const bool brief = strlen(color) == 4; /* "#999" */
    double part[3];
    for (int i = 0; i < 3; i++)
        part[i] = brief ? (double)(v >> (8 - 4 * i) & 15u) / 15.0
                        : (double)(v >> (16 - 8 * i) & 255u) / 255.0;
    lib.set_source_rgba(cr, part[0], part[1], part[2], opacity);
}

static void set_stroke(cairo_t *cr, hear_stroke stroke, const char *color)
{
    const double *dash = strokes[stroke].dash;
    set_color(cr, strokes[stroke].color ? strokes[stroke].color : color, strokes[stroke].opacity);
    lib.set_line_width(cr, strokes[stroke].width);
    lib.set_line_join(cr, CAIRO_LINE_JOIN_ROUND);
    lib.set_dash(cr, dash, dash[0] > 0.0 ? 2 : 0, 0.0);
}

static void release(hear_pen *p)
{
    lib.destroy(p->context);
    lib.surface_destroy(p->surface);
}

static hear_status begin(hear_pen *p, int width, int height)
{
    p->surface = lib.image_surface_create(CAIRO_FORMAT_RGB24, DOTS * width, DOTS * height);
    p->context = lib.create(p->surface);
    if (lib.status(p->context) != CAIRO_STATUS_SUCCESS) {
        release(p);
        return HEAR_ERR_MEM;
    }
    lib.set_source_rgb(p->context, 1.0, 1.0, 1.0);
    lib.paint(p->context);
    lib.scale(p->context, DOTS, DOTS);
    return HEAR_OK;
}

typedef struct {
    const unsigned char *at;
    size_t left;
} bytes;

static cairo_status_t read_bytes(void *from, unsigned char *to, unsigned n)
{
    bytes *const b = from;
    if (n > b->left)
        return CAIRO_STATUS_READ_ERROR;
    memcpy(to, b->at, n);
    b->at += n;
    b->left -= n;
    return CAIRO_STATUS_SUCCESS;
}

static void image(hear_pen *p, int x, int y, int width, int height, const unsigned char *png,
                  size_t n_png)
{
    bytes b = { png, n_png };
    cairo_surface_t *picture = lib.image_surface_create_from_png_stream(read_bytes, &b);
    const int columns = lib.image_surface_get_width(picture);
    const int rows = lib.image_surface_get_height(picture);
    if (columns > 0 && rows > 0) {
        lib.save(p->context);
        lib.rectangle(p->context, x, y, width, height);
        lib.clip(p->context);
        lib.translate(p->context, x, y);
        lib.scale(p->context, (double)width / columns, (double)height / rows);
        lib.set_source_surface(p->context, picture, 0.0, 0.0);
        lib.pattern_set_extend(lib.get_source(p->context), CAIRO_EXTEND_PAD);
        lib.paint(p->context);
        lib.restore(p->context);
    }
    lib.surface_destroy(picture);
}

static void line(hear_pen *p, hear_stroke stroke, const char *color, double x1, double y1,
                 double x2, double y2)
{
    set_stroke(p->context, stroke, color);
    lib.move_to(p->context, x1, y1);
    lib.line_to(p->context, x2, y2);
    lib.stroke(p->context);
}

static void path_begin(hear_pen *p, hear_stroke stroke, const char *color)
{
    set_stroke(p->context, stroke, color);
    lib.new_path(p->context);
}

static void path_to(hear_pen *p, bool lifted, double x, double y)
{
    if (lifted)
        lib.move_to(p->context, x, y);
    else
        lib.line_to(p->context, x, y);
}

static void path_end(hear_pen *p)
{
    lib.stroke(p->context);
}

static void dot(hear_pen *p, const char *color, double x, double y)
{
    set_color(p->context, color, 1.0);
    lib.new_path(p->context);
    lib.arc(p->context, x, y, 3.0, 0.0, 2.0 * acos(-1.0));
    lib.fill(p->context);
}

static void text(hear_pen *p, hear_text how, hear_anchor anchor, const char *color, double x,
                 double y, const char *text)
{
    const bool title = how == HEAR_TEXT_TITLE;
    cairo_text_extents_t extents;
    lib.save(p->context);
    lib.select_font_face(p->context, "sans-serif", CAIRO_FONT_SLANT_NORMAL,
                         title ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL);
    lib.set_font_size(p->context, title ? 13.0 : 11.0);
    lib.text_extents(p->context, text, &extents);
    set_color(p->context, color ? color : "#000", 1.0);
    lib.translate(p->context, x, y);
    if (how == HEAR_TEXT_TURNED)
        lib.rotate(p->context, -0.5 * acos(-1.0));
    lib.move_to(p->context, -0.5 * (double)anchor * extents.x_advance, 0.0);
    lib.show_text(p->context, text);
    lib.restore(p->context);
}

static cairo_status_t write_bytes(void *to, const unsigned char *from, unsigned n)
{
    return fwrite(from, 1, n, to) == n ? CAIRO_STATUS_SUCCESS : CAIRO_STATUS_WRITE_ERROR;
}

/* What could not be written, the stream remembers. */
static hear_status end(hear_pen *p)
{
    cairo_status_t s = lib.status(p->context);
    if (s == CAIRO_STATUS_SUCCESS)
        s = lib.surface_write_to_png_stream(p->surface, write_bytes, p->file);
    release(p);
    return s == CAIRO_STATUS_SUCCESS || s == CAIRO_STATUS_WRITE_ERROR ? HEAR_OK : HEAR_ERR_MEM;
}

static const hear_pen_kind kind = {
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
const hear_pen_kind *hear_pen_png(void)
{
    return load() ? &kind : NULL;
}

#else

const hear_pen_kind *hear_pen_png(void)
{
    return NULL;
}

#endif
