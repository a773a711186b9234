/* room.h - made impulse responses of rooms: the direct sound, then reflections as noise that dies
 * away (J. A. Moorer, "About this reverberation business", 1979), a little dulled by the walls.
 *
 * Threads: any; nothing allocates. */
#ifndef DSP_ROOM_H
#define DSP_ROOM_H

#include "base/rng.h"

/* decay_s: until reflections are 60 dB down, 0.05 .. 5. Samples of the response. */
size_t hear_room_length(uint32_t rate_hz, double decay_s);
/* out: [hear_room_length]. out[0] is the direct sound, 1; the first reflection comes 2 to 10 ms
 * after it, and all have 10^(-direct_db / 10) of its energy. The same generator, the same bits. */
void hear_room_response(hear_rng *r, uint32_t rate_hz, double decay_s, double direct_db,
                        float *out);
#endif
