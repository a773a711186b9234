/* winograd.c - see winograd.h.
 *
 * As many tiles at a time as the second-level cache holds go through the input transform, 16
 * products (linear.h) and the output transform. */
#include "config.h"

#include "nn/winograd.h"

#include "base/mem.h"
#include "nn/linear.h"
#include "nn/winograd_kernels.h"

#include <math.h>
#include <string.h>

enum { LEAST = 16, MOST = 4096, CACHED = 64 << 10, FEWEST = 12, PLANES = 16 };

typedef struct {
    _Alignas(64) const hear_winograd_kernels *kernels;
    size_t each;                  /* bytes of the weights of one product */
    _Alignas(64) float numbers[]; /* bias [out], rounded up; then the products' weights */
} packed;

bool hear_winograd_fits(const hear_window *w, size_t in, size_t out)
{
    for (size_t d = HEAR_H; d <= HEAR_W; d++)
        if (w->kernel[d] != 3 || w->stride[d] != 1 || w->dilation[d] != 1 || w->out[d] < 2)
            return false;
    return w->kernel[HEAR_D] == 1 && w->in[HEAR_D] == 1 && w->out[HEAR_D] == 1 && in >= LEAST &&
           out >= LEAST && in <= MOST && out <= MOST;
}

static size_t rounded(size_t bytes)
{
    return (bytes + 63) / 64 * 64; /* of numbers <= MOST: it fits */
}

static size_t each_bytes(size_t in, size_t out)
{
    const size_t bytes = hear_linear_pack_bytes(out, in);
    return bytes > SIZE_MAX / 32 ? SIZE_MAX / 32 : rounded(bytes);
}

size_t hear_winograd_pack_bytes(size_t in, size_t out)
{
    return sizeof(packed) + rounded(out * sizeof(float)) + PLANES * each_bytes(in, out);
}

/* At a time: a multiple of what fills the registers. */
static size_t tiles_of(size_t in, size_t out)
{
    const size_t n = CACHED / PLANES / (in + out) / FEWEST * FEWEST;
    return n > FEWEST ? n : FEWEST;
}

size_t hear_winograd_scratch(size_t in, size_t out)
{
    return (PLANES * tiles_of(in, out) * (in + out) + PLANES * in) * sizeof(float);
}

/* u = G g G^T, the rows of G being 1 0 0, 1/2 1/2 1/2, 1/2 -1/2 1/2, 0 0 1. */
static void transform_weights(const float g[9], double u[PLANES])
{
    double t[4][3];
    for (size_t j = 0; j < 3; j++) {
        const double a = (double)g[j], b = (double)g[3 + j], c = (double)g[6 + j];
        t[0][j] = a;
        t[1][j] = (a + b + c) / 2.0;
        t[2][j] = (a - b + c) / 2.0;
        t[3][j] = c;
    }
    for (size_t i = 0; i < 4; i++) {
        u[4 * i] = t[i][0];
        u[4 * i + 1] = (t[i][0] + t[i][1] + t[i][2]) / 2.0;
        u[4 * i + 2] = (t[i][0] - t[i][1] + t[i][2]) / 2.0;
        u[4 * i + 3] = t[i][2];
    }
}

/* Input by input: a row of each product's weights after the other. */
void hear_winograd_pack(void *out_bytes, size_t in, size_t out, const float *weights,
                        const float *bias)
{
    packed *const p = out_bytes;
    p->kernels = hear_winograd_kernels_best();
    p->each = each_bytes(in, out);
    memset(p->numbers, 0, rounded(out * sizeof(float)));
    if (bias)
        memcpy(p->numbers, bias, out * sizeof *bias);
    char *const products = (char *)p->numbers + rounded(out * sizeof(float));
    for (size_t i = 0; i < PLANES; i++)
        hear_linear_begin(products + i * p->each, out, in, NULL);
    for (size_t o = 0; o < out; o++)
        for (size_t c = 0; c < in; c++) {
            double u[PLANES];
            transform_weights(weights + (o * in + c) * 9, u);
            for (size_t i = 0; i < PLANES; i++)
                *hear_linear_weight(products + i * p->each, out, in, c, o) = (float)u[i];
        }
}

/* The tile at row h, column v of the results, with zeros outside of the picture. */
static void gather(const hear_winograd_args *a, size_t h, size_t v, float *to)
{
    const hear_window *w = a->w;
    const size_t top = w->pad[HEAR_H], left = w->pad[HEAR_W], n = a->in;
    for (size_t i = 0; i < 4; i++)
        for (size_t j = 0; j < 4; j++, to += n) {
            const size_t row = h + i - top,
                         col = v + j - left; /* outside: wraps to a large number */
            if (row < w->in[HEAR_H] && col < w->in[HEAR_W])
                memcpy(to, a->x + (row * w->in[HEAR_W] + col) * n, n * sizeof *to);
            else
                memset(to, 0, n * sizeof *to);
        }
}

/* Tiles first .. first + n - 1 of those `across` a row. */
static void transform_input(const hear_winograd_args *a, size_t first, size_t n, size_t across,
                            float *v, size_t plane, float *room)
{
    const packed *const p = a->packed;
    const hear_window *w = a->w;
    const size_t pitch = w->in[HEAR_W] * a->in;
    for (size_t t = first; t < first + n; t++, v += a->in) {
        const size_t row = t / across * 2, col = t % across * 2;
        const size_t h = row - w->pad[HEAR_H], l = col - w->pad[HEAR_W];
        if (row >= w->pad[HEAR_H] && col >= w->pad[HEAR_W] && h + 4 <= w->in[HEAR_H] &&
            l + 4 <= w->in[HEAR_W]) {
            p->kernels->input(v, plane, a->x + h * pitch + l * a->in, pitch, a->in);
            continue;
        }
        gather(a, row, col, room);
        p->kernels->input(v, plane, room, 4 * a->in, a->in);
    }
}

static void transform_output(const hear_winograd_args *a, size_t first, size_t n, size_t across,
                             const float *m, size_t plane)
{
    const packed *const p = a->packed;
    const size_t height = a->w->out[HEAR_H], width = a->w->out[HEAR_W], pitch = width * a->out;
    for (size_t t = first; t < first + n; t++, m += a->out) {
        const size_t row = t / across * 2, col = t % across * 2;
        p->kernels->output(a->y + row * pitch + col * a->out, pitch, m, plane, a->out, p->numbers,
                           a->low, a->high, row + 1 < height, col + 1 < width);
    }
}

void hear_winograd_run(const hear_winograd_args *a)
{
    const packed *const p = a->packed;
    const char *const products = (const char *)p->numbers + rounded(a->out * sizeof(float));
    const size_t across = (a->w->out[HEAR_W] + 1) / 2;
    const size_t n_tiles = across * ((a->w->out[HEAR_H] + 1) / 2);
    const size_t most = tiles_of(a->in, a->out);
    const size_t v_plane = most * a->in, m_plane = most * a->out;
    float *const v = a->scratch, *const m = v + PLANES * v_plane,
                 *const room = m + PLANES * m_plane;
    hear_linear_args l = { .n = a->out,
                           .rows = 1,
                           .x_col = a->in,
                           .segments = 1,
                           .length = a->in,
                           .y_col = a->out,
                           .low = -INFINITY,
                           .high = INFINITY };
    for (size_t first = 0; first < n_tiles; first += l.cols) {
        l.cols = n_tiles - first < most ? n_tiles - first : most;
        transform_input(a, first, l.cols, across, v, v_plane, room);
        for (size_t i = 0; i < PLANES; i++) {
            l.packed = products + i * p->each;
            l.x = v + i * v_plane;
            l.y = m + i * m_plane;
            hear_linear(&l);
        }
        transform_output(a, first, l.cols, across, m, m_plane);
    }
}
