/* sound.h - the generated sound that reference numbers were made of. */
#ifndef TESTS_SOUND_H
#define TESTS_SOUND_H

#include <stddef.h>

/* One second of a rising tone, a decaying one and noise: sound() in tools/make-mel-reference.py.
 * [rate_hz]; the caller frees. */
float *test_sound(size_t rate_hz);
#endif
