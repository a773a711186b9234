/* clips.h - clips of one length from a microphone, one after the other.
 *
 * On a terminal it counts down, shows the level, and asks after each clip: Enter keeps it, r
 * records it again, q ends; elsewhere every clip is kept. Threads: the main thread. */
#ifndef APP_CLIPS_H
#define APP_CLIPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
    const char *device; /* as hear_mic_open takes it; NULL for the default */
    double seconds;     /* of each clip, > 0 */
    uint64_t n;         /* clips, >= 1 */
    /* Called once where the microphone is there; may be NULL. Anything but HEAR_EXIT_OK ends. */
    int (*begin)(void *user);
    /* Takes a clip that is to be kept, mono [n]. Anything but HEAR_EXIT_OK ends, as *go_on false
     * does. */
    int (*keep)(void *user, const float *samples, size_t n, uint32_t rate_hz, bool *go_on);
    void *user;
} hear_clips_config;

/* The exit code, after telling what went wrong. Ended by the user, it is HEAR_EXIT_OK. */
int hear_clips_record(const hear_clips_config *config);
#endif
