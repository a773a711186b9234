/* mkdemo.c - writes the demonstration recording: 40 s of speech, silence, music, monkeys, and
 * speech over music, cut together from recordings that Debian packages hold.
 *
 * usage: mkdemo OUT.wav [/usr/share/asterisk]
 * Packages: asterisk-core-sounds-en-wav, asterisk-moh-opsound-wav (CC BY-SA 3.0; not shipped). */
#include <math.h>
#include <sndfile.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RATE_HZ = 8000, SECONDS = 40 };
#define FADE_S 0.05 /* at both ends of a piece, against clicks */
#define VOICE "sounds/en_US_f_Allison/"

typedef struct {
    double at_s; /* in the demonstration */
    const char *file;
    double from_s, length_s; /* of the recording */
    double gain_db;
} piece;

static const piece pieces[] = {
    { 0.0, VOICE "demo-congrats.wav", 0.0, 9.0, 0.0 },
    { 11.5, "moh/macroform-cold_day.wav", 100.0, 9.0, 0.0 }, /* with all its instruments */
    { 21.5, VOICE "tt-monkeys.wav", 1.0, 6.0, 0.0 },
    { 28.0, VOICE "demo-abouttotry.wav", 0.0, 8.0, 0.0 },
    { 28.0, "moh/reno_project-system.wav", 60.0, 8.0, -16.0 }, /* under the voice */
    { 36.0, "moh/reno_project-system.wav", 68.0, 4.0, 0.0 },
};

/* Adds a piece to out [SECONDS * RATE_HZ]; 0 where that failed and was told. */
static int add(float *out, const char *root, const piece *p)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", root, p->file);
    SF_INFO info = { 0 };
    SNDFILE *file = sf_open(path, SFM_READ, &info);
    if (!file) {
        fprintf(stderr, "mkdemo: %s: %s\n", path, sf_strerror(NULL));
        return 0;
    }
    const sf_count_t want = (sf_count_t)(p->length_s * RATE_HZ);
    float *in = calloc((size_t)want, sizeof *in);
    sf_count_t n = 0;
    if (in && info.channels == 1 && info.samplerate == RATE_HZ &&
        sf_seek(file, (sf_count_t)(p->from_s * RATE_HZ), SEEK_SET) >= 0)
        n = sf_read_float(file, in, want);
    sf_close(file);
    if (n <= 0)
        fprintf(stderr, "mkdemo: %s: not the recording that it was\n", path);

    const double gain = pow(10.0, p->gain_db / 20.0), fade = FADE_S * RATE_HZ;
    float *const at = out + (size_t)(p->at_s * RATE_HZ);
    for (sf_count_t i = 0; i < n; i++) {
        const double ramp = fmin(1.0, fmin((double)i, (double)(n - 1 - i)) / fade);
        at[i] += (float)(gain * ramp * in[i]);
    }
    free(in);
    return n > 0;
}

int main(int argc, char **argv)
{
    if (argc < 2 || argc > 3) {
        fputs("usage: mkdemo OUT.wav [/usr/share/asterisk]\n", stderr);
        return 64;
    }
    static float out[SECONDS * RATE_HZ];
    for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++)
        if (!add(out, argc > 2 ? argv[2] : "/usr/share/asterisk", &pieces[i]))
            return 66;

    char part[4096]; /* renamed when whole, so that a broken one is never taken for it */
    snprintf(part, sizeof part, "%s.part", argv[1]);
    SF_INFO info = { .samplerate = RATE_HZ,
                     .channels = 1,
                     .format = SF_FORMAT_WAV | SF_FORMAT_PCM_16 };
    SNDFILE *file = sf_open(part, SFM_WRITE, &info);
    if (!file) {
        fprintf(stderr, "mkdemo: %s: %s\n", part, sf_strerror(NULL));
        return 74;
    }
    sf_command(file, SFC_SET_CLIPPING, NULL, SF_TRUE);
    const sf_count_t n = sizeof out / sizeof out[0];
    const int whole = sf_write_float(file, out, n) == n;
    if (sf_close(file) != 0 || !whole || rename(part, argv[1]) != 0) {
        fprintf(stderr, "mkdemo: %s: cannot write\n", argv[1]);
        return 74;
    }
    return 0;
}
