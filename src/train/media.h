/* media.h - a recording inside a page: its spectrogram and a player, as data: addresses.
 *
 * A page that carries them needs no network and no other file. */
#ifndef TRAIN_MEDIA_H
#define TRAIN_MEDIA_H

#include "stream/frontend.h"

#include <stdio.h>

/* Writes <img> (a mel spectrogram by that front end, low frequencies below) and <audio> (16 bit
 * mono WAV) of the first max_s seconds of the recording. Errors: those of hear_source_open and
 * read; then nothing has been written. HEAR_ERR_MEM. */
HEAR_MUST_CHECK hear_status hear_media_write(FILE *out, const char *path,
                                             const hear_frontend_config *frontend, double max_s,
                                             hear_error *err);

void hear_put_base64(FILE *out, const void *bytes, size_t n); /* RFC 4648, with padding */
#endif
