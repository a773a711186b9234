/* wav.h - looks at the head of a WAV file: whether it says how long it is, and whether libsndfile
 * can read it without seeking. */
#ifndef IO_WAV_H
#define IO_WAV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
    bool plain;      /* samples as they are: integer, float, A-law, µ-law */
    bool open_ended; /* the header gives no length: 0, or next to 2^31 or 2^32 */
    bool zero;       /* ... because it says 0, and libsndfile would take it at its word */
    int sf_format;   /* where plain: SF_FORMAT_RAW, the subtype, and the byte order */
    uint32_t rate_hz;
    uint32_t n_channels;
    size_t data_at; /* offset of the first sample */
} hear_wav_head;

/* bytes: the first `have` of a file. Returns 0 where they are no WAV file or lead to nothing that
 * can be told; otherwise, where more are wanted to know, how many in all (> have); and `have`
 * where *head is filled. */
size_t hear_wav_look(const unsigned char *bytes, size_t have, hear_wav_head *head);
#endif
