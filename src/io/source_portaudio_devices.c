/* source_portaudio_devices.c - see source_portaudio_devices.h; and hear_devices_list. */
#include "config.h"

#include "io/source_portaudio_devices.h"

#include "base/error.h"
#include "base/text.h"
#include "io/quiet.h"

#include <portaudio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { ANY_API = -1, MAX_NAMED = 4 };

static const PaDeviceInfo *input_info(int index)
{
    const PaDeviceInfo *const info = Pa_GetDeviceInfo(index);
    return info && info->maxInputChannels > 0 ? info : NULL;
}

static const char *api_name(int api)
{
    const PaHostApiInfo *const info = Pa_GetHostApiInfo(api);
    return info && info->name ? info->name : "";
}

void hear_device_describe(int index, hear_device *device)
{
    const PaDeviceInfo *const info = Pa_GetDeviceInfo(index);
    memset(device, 0, sizeof *device);
    device->index = index;
    size_t used = 0;
    hear_append_clean(device->name, sizeof device->name, &used, info->name);
    used = 0;
    hear_append_clean(device->host_api, sizeof device->host_api, &used, api_name(info->hostApi));
    device->n_channels = (unsigned)info->maxInputChannels;
    device->rate_hz = info->defaultSampleRate;
    device->latency_s = info->defaultHighInputLatency;
    device->is_default = index == Pa_GetDefaultInputDevice();
}

hear_status hear_devices_list(hear_device **devices, size_t *n, hear_error *err)
{
    *devices = NULL;
    *n = 0;
    hear_quiet_begin();
    const PaError why = Pa_Initialize();
    if (why != paNoError) {
        hear_quiet_end();
        return hear_fail(err, HEAR_ERR_DEVICE, "PortAudio: %s", Pa_GetErrorText(why));
    }
    const int count = Pa_GetDeviceCount();
    hear_device *list = calloc(count > 0 ? (size_t)count : 1, sizeof *list);
    for (int i = 0; list && i < count; i++)
        if (input_info(i))
            hear_device_describe(i, &list[(*n)++]);
    Pa_Terminate();
    hear_quiet_end();
    if (!list)
        return hear_fail(err, HEAR_ERR_MEM, NULL);
    if (*n == 0) {
        free(list);
        list = NULL;
    }
    *devices = list;
    return HEAR_OK;
}

static bool contains(const char *text, const char *part)
{
    const size_t n = strlen(part);
    for (; *text; text++)
        if (!strncasecmp(text, part, n))
            return true;
    return n == 0;
}

typedef struct {
    size_t n;
    int first;
    char named[200]; /* the first few, for the error line */
} found;

static void note(found *f, int index, const PaDeviceInfo *info)
{
    if (f->n++ == 0)
        f->first = index;
    if (f->n > MAX_NAMED)
        return;
    char item[100];
    snprintf(item, sizeof item, "%s%d \"%.40s:%.40s\"", f->n > 1 ? ", " : "", index,
             api_name(info->hostApi), info->name);
    size_t used = strlen(f->named);
    if (!hear_append(f->named, sizeof f->named, &used, item)) {
        /* the line is full: a few are named, that is enough */
    }
}

static found look(const char *part, int api, bool whole)
{
    found f = { 0 };
    const int count = Pa_GetDeviceCount();
    for (int i = 0; i < count; i++) {
        const PaDeviceInfo *const info = input_info(i);
        if (info && (api == ANY_API || info->hostApi == api) &&
            (whole ? !strcmp(info->name, part) : contains(info->name, part)))
            note(&f, i, info);
    }
    return f;
}

/* The host API that the text before the first colon names; ALSA's names hold colons too. */
static int api_of(const char *name, const char **part)
{
    const char *const colon = strchr(name, ':');
    for (int i = 0; colon && i < Pa_GetHostApiCount(); i++) {
        const char *const api = api_name(i);
        if (strlen(api) == (size_t)(colon - name) && !strncasecmp(api, name, strlen(api))) {
            *part = colon + 1;
            return i;
        }
    }
    return ANY_API;
}

static hear_status decide(int *index, const found *f, const char *name, hear_error *err)
{
    if (f->n == 0)
        return hear_fail(err, HEAR_ERR_DEVICE,
                         "no input device of that name (see hearsay devices)");
    if (f->n > 1)
        return hear_fail(err, HEAR_ERR_DEVICE, "\"%.40s\" fits %zu devices: %s%s", name, f->n,
                         f->named, f->n > MAX_NAMED ? ", ..." : "");
    *index = f->first;
    return HEAR_OK;
}

static hear_status use(int *index, int device, const char *what, hear_error *err)
{
    if (!input_info(device))
        return hear_fail(err, HEAR_ERR_DEVICE, "%s", what);
    *index = device;
    return HEAR_OK;
}

hear_status hear_device_find(int *index, const char *name, hear_error *err)
{
    if (!name)
        return use(index, Pa_GetDefaultInputDevice(), "no input device", err);
    uint64_t number;
    if (hear_parse_uint(name, &number))
        return use(index, number < 1000000 ? (int)number : -1,
                   "no input device of that number (see hearsay devices)", err);
    found f = look(name, ANY_API, true);
    if (f.n > 1) { /* the same name under several host APIs: the default one's comes first */
        const found preferred = look(name, Pa_GetDefaultHostApi(), true);
        f = preferred.n == 1 ? preferred : f;
    }
    if (f.n > 0)
        return decide(index, &f, name, err);
    const char *part = name;
    const int api = api_of(name, &part);
    if (api != ANY_API && !*part)
        return use(index, Pa_GetHostApiInfo(api)->defaultInputDevice,
                   "that host API has no input device", err);
    if (api != ANY_API) {
        f = look(part, api, true);
        if (f.n == 1)
            return decide(index, &f, name, err);
    }
    f = look(part, api, false);
    return decide(index, &f, name, err);
}
