/* source_portaudio_devices.h - which of PortAudio's devices a name means; for source_portaudio.c.
 *
 * PortAudio must be initialised. Threads: one at a time. */
#ifndef IO_SOURCE_PORTAUDIO_DEVICES_H
#define IO_SOURCE_PORTAUDIO_DEVICES_H

#include "io/source_portaudio.h"

/* index: of a device with inputs. */
void hear_device_describe(int index, hear_device *device);
/* As hear_mic_open's name. Errors: HEAR_ERR_DEVICE. */
HEAR_MUST_CHECK hear_status hear_device_find(int *index, const char *name, hear_error *err);
#endif
