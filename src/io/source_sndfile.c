/* source_sndfile.c - whatever libsndfile opens, by its header.
 *
 * Plain files it reads itself. From a pipe it reads (measured with 1.2.0: same samples as from a
 * file) plain WAV, AU, AIFF, Ogg Vorbis and Opus: a pump carries these, so that a wait can be
 * ended. FLAC, CAF, RF64, VOC, GSM and all that is not known here are spooled first; so is MP3,
 * where it would read in front of its own buffer (seen with the address sanitizer). A WAV that does
 * not say how long it is becomes raw samples behind its header: libsndfile would hear nothing of a
 * length of 0, and no more than 4 GB of any other. */
#include "config.h"

#include "io/mixdown.h"
#include "io/ogg.h"
#include "io/pump.h"
#include "io/quiet.h"
#include "io/source_impl.h"
#include "io/wav.h"

#include "base/error.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <sndfile.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BLOCK = 32768 }; /* samples of all channels read at once */

#define MAX_SPOOL ((uint64_t)2 << 30) /* bytes: an endless stream must not fill the disk */

typedef struct {
    hear_source base;
    SNDFILE *sf;
    hear_pump *pump; /* NULL for files */
    int major, minor;
    uint64_t n_given;
    bool cut; /* the header, or an Ogg file's last page, promises more than the file holds */
    float samples[BLOCK];
} sndfile_source;

static hear_status look_at_wav(hear_input *in, hear_wav_head *wav, hear_error *err)
{
    for (size_t wanted = 12;;) {
        const unsigned char *head;
        size_t have;
        const hear_status status = hear_input_peek(in, wanted, &head, &have, err);
        if (status != HEAR_OK)
            return status;
        if (have == 0)
            return hear_fail(err, HEAR_ERR_DATA, "is empty");
        const size_t known = hear_wav_look(head, have, wav);
        if (known == have && wav->data_at > 0)
            return HEAR_OK;
        if (known <= have || known > HEAR_INPUT_HEAD || have < wanted) {
            memset(wav, 0, sizeof *wav);
            return HEAR_OK;
        }
        wanted = known;
    }
}

static hear_status can_stream(hear_input *in, const hear_wav_head *wav, bool *can, hear_error *err)
{
    *can = wav->plain;
    if (wav->data_at > 0)
        return HEAR_OK;
    const unsigned char *h;
    size_t have;
    const hear_status status = hear_input_peek(in, 36, &h, &have, err);
    if (status != HEAR_OK || have < 36)
        return status;
    if (!memcmp(h, "OggS", 4))
        *can = memcmp(h + 28, "\177FLAC", 5) != 0;
    else if (!memcmp(h, "FORM", 4))
        *can = !memcmp(h + 8, "AIFF", 4);
    else
        *can = !memcmp(h, ".snd", 4) || !memcmp(h, "dns.", 4);
    return HEAR_OK;
}

static hear_status drop_bytes(hear_input *in, size_t n, hear_error *err)
{
    unsigned char bytes[512];
    while (n > 0) {
        size_t got;
        const hear_status status =
            hear_input_read(in, bytes, n < sizeof bytes ? n : sizeof bytes, &got, err);
        if (status != HEAR_OK || got == 0)
            return status;
        n -= got;
    }
    return HEAR_OK;
}

/* The descriptor that libsndfile shall read, in *fd; info filled where it cannot know by itself. */
static hear_status prepare(sndfile_source *s, SF_INFO *info, int *fd, hear_error *err)
{
    hear_input *const in = s->base.in;
    hear_wav_head wav;
    hear_status status = look_at_wav(in, &wav, err);
    if (status != HEAR_OK)
        return status;
    const bool is_file = hear_input_is_file(in);
    bool pumped = wav.plain && wav.open_ended && (wav.zero || !is_file);
    if (pumped) {
        *info = (SF_INFO){ .samplerate = (int)wav.rate_hz,
                           .channels = (int)wav.n_channels,
                           .format = wav.sf_format };
        status = drop_bytes(in, wav.data_at, err);
    } else if (!is_file) {
        status = can_stream(in, &wav, &pumped, err);
        if (status == HEAR_OK && !pumped)
            status = hear_input_spool(in, MAX_SPOOL, err);
    }
    if (status == HEAR_OK && pumped)
        status = hear_pump_start(&s->pump, in, err);
    if (status == HEAR_OK)
        *fd = s->pump ? hear_pump_fd(s->pump) : hear_input_fd(in);
    return status;
}

/* libsndfile fits a length that is too long to the file and tells it only in its log. */
static bool log_says_cut(SNDFILE *sf)
{
    static const char *const keys[] = { "data ", "SSND ", "Data Size ", "riff ", "Riff size " };
    char log[8192] = "";
    sf_command(sf, SFC_GET_LOG_INFO, log, sizeof log);
    for (char *rest = log, *line; (line = strsep(&rest, "\n")) != NULL;) {
        line += strspn(line, " ");
        for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
            unsigned long long says, is;
            if (strncmp(line, keys[i], strlen(keys[i])) == 0 && strchr(line, ':') &&
                sscanf(strchr(line, ':'), ": %llu (should be %llu)", &says, &is) == 2)
                return says > is && says < 0x7fff0000u;
        }
    }
    return false;
}

static hear_status open_sndfile(hear_source *base, const hear_raw_spec *raw, hear_error *err)
{
    (void)raw;
    sndfile_source *s = (sndfile_source *)base;
    SF_INFO info = { 0 };
    int fd = -1;
    hear_status status = prepare(s, &info, &fd, err);
    if (status != HEAR_OK)
        return status;
    if ((info.format & SF_FORMAT_TYPEMASK) == SF_FORMAT_RAW) {
        base->rate_hz = (uint32_t)info.samplerate;
        base->n_channels = (uint32_t)info.channels;
        status = hear_source_check(base, err); /* libsndfile's own words are less clear */
        if (status != HEAR_OK)
            return status;
    }
    /* One of its own: what libsndfile cannot read it closes, whether it is told to or not. */
    const int own = fcntl(fd, F_DUPFD_CLOEXEC, 3);
    if (own < 0)
        return hear_fail(err, HEAR_ERR_IO, "%s", strerror(errno));
    hear_quiet_begin(); /* libmpg123 writes warnings to descriptor 2 */
    s->sf = sf_open_fd(own, SFM_READ, &info, SF_TRUE);
    hear_quiet_end();
    if (hear_input_interrupted(base->in))
        return hear_fail(err, HEAR_ERR_INTERRUPTED, NULL);
    if (!s->sf) {
        if (s->pump && hear_pump_status(s->pump, err) != HEAR_OK)
            return hear_pump_status(s->pump, err);
        /* its reason is one for all threads, and another may have opened a file since */
        return hear_fail(err, HEAR_ERR_DATA, "not a sound file that libsndfile can read");
    }
    s->major = info.format & SF_FORMAT_TYPEMASK;
    s->minor = info.format & SF_FORMAT_SUBMASK;
    base->rate_hz = info.samplerate > 0 ? (uint32_t)info.samplerate : 0;
    base->n_channels = info.channels > 0 ? (uint32_t)info.channels : 0;
    const bool unknown =
        s->major == SF_FORMAT_RAW || info.frames < 0 || info.frames > INT64_MAX / 8;
    const bool endless = s->pump && info.frames > 0x7fff0000 / 4 / (int64_t)base->n_channels;
    base->n_frames = unknown || endless ? -1 : info.frames;
    s->cut = !s->pump && (s->major == SF_FORMAT_OGG ? hear_ogg_is_cut(fd) : log_says_cut(s->sf));
    return HEAR_OK;
}

static hear_status at_end(sndfile_source *s, hear_error *err)
{
    if (s->pump) {
        const hear_status status = hear_pump_status(s->pump, err);
        if (status != HEAR_OK)
            return status;
    }
    if (sf_error(s->sf) != SF_ERR_NO_ERROR)
        return hear_fail(err, HEAR_ERR_DATA, "broken at %.3f s (libsndfile: %s)",
                         (double)s->n_given / s->base.rate_hz, sf_strerror(s->sf));
    /* the number of frames in an MP3 is an estimate */
    const bool short_of = s->major != SF_FORMAT_MPEG && s->base.n_frames >= 0 &&
                          s->n_given < (uint64_t)s->base.n_frames;
    if (s->cut || short_of)
        return hear_fail(err, HEAR_ERR_DATA, "cut off: ends at %.3f s, before its %s",
                         (double)s->n_given / s->base.rate_hz,
                         s->major == SF_FORMAT_OGG ? "stream does" : "header says");
    return HEAR_OK;
}

static hear_status read_sndfile(hear_source *base, float *mono, size_t n, size_t *got,
                                hear_error *err)
{
    sndfile_source *s = (sndfile_source *)base;
    const size_t fits = BLOCK / base->n_channels;
    if (n > fits)
        n = fits;
    if (s->pump && n > base->rate_hz / 20)
        n = base->rate_hz / 20; /* libsndfile waits for all of it: be not later than 50 ms */
    const bool chatty = s->major == SF_FORMAT_MPEG;
    if (chatty)
        hear_quiet_begin();
    const sf_count_t r = sf_readf_float(s->sf, s->samples, (sf_count_t)n);
    if (chatty)
        hear_quiet_end();
    *got = 0;
    if (hear_input_interrupted(base->in))
        return hear_fail(err, HEAR_ERR_INTERRUPTED, NULL);
    if (r <= 0)
        return at_end(s, err);
    hear_mixdown(s->samples, (size_t)r, base->n_channels, mono);
    s->n_given += (uint64_t)r;
    *got = (size_t)r;
    return HEAR_OK;
}

/* Only codecs that keep nothing from one frame to the next give the same bits after a seek. */
static bool seek_sndfile(hear_source *base, uint64_t n_frames)
{
    sndfile_source *s = (sndfile_source *)base;
    const bool exact = s->major == SF_FORMAT_FLAC ||
                       (s->minor >= SF_FORMAT_PCM_S8 && s->minor <= SF_FORMAT_DOUBLE) ||
                       s->minor == SF_FORMAT_ULAW || s->minor == SF_FORMAT_ALAW;
    if (s->pump || !exact || n_frames > (uint64_t)INT64_MAX ||
        sf_seek(s->sf, (sf_count_t)n_frames, SEEK_SET) < 0)
        return false;
    s->n_given = n_frames;
    return true;
}

static void close_sndfile(hear_source *base)
{
    sndfile_source *s = (sndfile_source *)base;
    hear_pump_stop(s->pump);
    if (s->sf)
        sf_close(s->sf);
}

const hear_source_ops hear_source_sndfile = {
    .name = "sndfile",
    .open = open_sndfile,
    .read = read_sndfile,
    .seek = seek_sndfile,
    .close = close_sndfile,
    .size = sizeof(sndfile_source),
};
