/* window.h - the sliding windows of convolution and pooling, over one to three dimensions.
 *
 * Everything is kept for three dimensions (depth, height, width); those that a node lacks are 1
 * long, in front. Real-time: all but the readers. */
#ifndef NN_WINDOW_H
#define NN_WINDOW_H

#include "nn/op.h"

enum { HEAR_D, HEAR_H, HEAR_W, HEAR_SPACE };

typedef struct {
    size_t rank; /* of the node: 1 .. 3 */
    size_t in[HEAR_SPACE], out[HEAR_SPACE], kernel[HEAR_SPACE];
    size_t stride[HEAR_SPACE], dilation[HEAR_SPACE], pad[HEAR_SPACE]; /* pad: before the input */
    size_t pad_end[HEAR_SPACE];
} hear_window;

/* From the attributes of a node whose input 0 is [batch, channels, space …]: strides, pads,
 * dilations, auto_pad. Errors: HEAR_ERR_MODEL with err set. */

/* weights: [out, in, kernel …], of input 0's rank; kernel_shape must say the same or be missing. */
HEAR_MUST_CHECK hear_status hear_window_read_conv(hear_window *w, const hear_call *c,
                                                  const hear_shape *weights, hear_error *err);
/* The same for ConvTranspose, whose windows slide over its output: w->out is the node's input,
 * w->in its output. weights: [in, out, kernel …]. Reads output_padding and output_shape as well. */
HEAR_MUST_CHECK hear_status hear_window_read_transposed(hear_window *w, const hear_call *c,
                                                        const hear_shape *weights, hear_error *err);
/* Pooling: kernel_shape and ceil_mode too. Pads must be below the kernel's span. */
HEAR_MUST_CHECK hear_status hear_window_read_pool(hear_window *w, const hear_call *c,
                                                  hear_error *err);
/* The spatial dimensions as the attributes list them: [rank] of shape from dimension 2 on. */
void hear_window_set_out(const hear_window *w, hear_shape *shape);
size_t hear_window_taps(const hear_window *w); /* numbers in the kernel */
size_t hear_window_in_size(const hear_window *w);
size_t hear_window_out_size(const hear_window *w);
/* Exactly the input, number for number: kernel 1, stride 1, no padding. */
bool hear_window_is_point(const hear_window *w);

/* Which outputs along dimension d meet the input at tap k: first .. *last - 1, whose place in the
 * input is first * stride + k * dilation - pad and onwards. */
size_t hear_window_range(const hear_window *w, size_t d, size_t k, size_t *last);
/* Where output i along d meets tap k; false outside of the input. */
bool hear_window_at(const hear_window *w, size_t d, size_t i, size_t k, size_t *at);

/* One tap over a row of outputs (rows count over depth and height): outputs first .. first + n - 1
 * see the input at `at`, at + stride, … within a plane. False where the tap sees only padding. */
typedef struct {
    size_t first, n, at, stride;
} hear_strip;
bool hear_window_strip(const hear_window *w, size_t row, const size_t k[HEAR_SPACE], hear_strip *s);
void hear_window_next_tap(const hear_window *w, size_t k[HEAR_SPACE]); /* the last runs fastest */

/* A stretch of outputs that lie together: whole rows, or a part of one. */
typedef struct {
    size_t row, n_rows, col, n_cols;
} hear_tile;
size_t hear_tile_room(const hear_window *w, size_t max_n); /* outputs in the largest tile */
hear_tile hear_tile_first(const hear_window *w, size_t max_n);
bool hear_tile_next(const hear_window *w, size_t max_n, hear_tile *t); /* false behind the last */
size_t hear_tile_offset(const hear_window *w, const hear_tile *t);     /* of its first output */

/* columns[channels * taps][n_rows * n_cols]: what each output of the tile sees of x
 * [channels][input]; zeros where that is padding. */
void hear_unfold(const hear_window *w, size_t channels, const float *x, const hear_tile *t,
                 float *columns);
/* The reverse: adds every column's number to where it was seen. */
void hear_fold_add(const hear_window *w, size_t channels, const float *columns, const hear_tile *t,
                   float *x);
#endif
