/* waterfall.h - the scrolling mel spectrogram: time goes left, frequency up.
 *
 * Frames are gathered into columns of about a tenth of a second. What is kept is brightness,
 * 0..255, fixed when a column is complete: 0 is 65 dB under a reference that follows the loudest at
 * once and the quieter slowly, so that a picture once drawn only moves. Threads: one owner. */
#ifndef TUI_WATERFALL_H
#define TUI_WATERFALL_H

#include "hearsay/status.h"
#include "stream/frontend.h"

#include <stddef.h>
#include <stdint.h>

typedef struct hear_waterfall hear_waterfall;

enum { HEAR_WATERFALL_COLUMNS = 512 }; /* remembered */

/* frontend: what the frames' numbers mean. n_bands >= 1; frame_s > 0. NULL where memory runs out.
 */
hear_waterfall *hear_waterfall_create(const hear_frontend_config *frontend, size_t n_bands,
                                      double frame_s);
void hear_waterfall_destroy(hear_waterfall *w);                           /* NULL is allowed */
void hear_waterfall_copy(hear_waterfall *to, const hear_waterfall *from); /* of equal settings */

/* frames: [n][n_bands], raw log-mel. No heap. */
void hear_waterfall_add(hear_waterfall *w, const float *frames, size_t n);
/* Where in the stream the newest frame ends: frames that were missed shift time. */
void hear_waterfall_sync(hear_waterfall *w, double position_s);

double hear_waterfall_column_s(const hear_waterfall *w);
/* Column i = 0 is the newest: its bands [n_bands] from low to high, and the time of its middle;
 * NULL behind the oldest that is remembered. */
const uint8_t *hear_waterfall_column(const hear_waterfall *w, size_t i, double *middle_s);
/* The brightest of the bands that fall into row i of n_rows, 0 the lowest. */
uint8_t hear_waterfall_row(const uint8_t *bands, size_t n_bands, size_t i, size_t n_rows);

/* Where a frequency stands between the lowest band's middle (0) and the highest one's (1). */
double hear_waterfall_place(const hear_frontend_config *frontend, size_t n_bands, double hz);
#endif
