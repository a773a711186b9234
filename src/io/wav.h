/* wav.h - the bytes of WAV files: looks at a head, whether it says how long it is and whether
 * libsndfile can read it without seeking; makes files of one channel of 16 bits. */
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

#define HEAR_WAV_HEAD 44 /* bytes before the samples of the files made here */

/* n_bytes: of samples; HEAR_WAV_OPEN where nobody knows yet, and readers take all to the end. */
#define HEAR_WAV_OPEN 0xffffffffu
void hear_wav_make_head(unsigned char out[HEAR_WAV_HEAD], uint32_t rate_hz, uint32_t n_bytes);
/* samples: [n], held within ±1; what is not finite becomes 0. out: [2 * n] bytes. */
void hear_wav_make_samples(unsigned char *out, const float *samples, size_t n);
#endif
