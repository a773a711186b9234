/* cmd_devices.c - hearsay devices: what -d may be. */
#include "config.h"

#include "app/cmd.h"

#include "base/error.h"
#include "base/text.h"
#include "io/source_portaudio.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    const char *format;
} args;

static const hear_option options[] = {
    { 'f', "format", "text|jsonl", HEAR_OPT_CHOICE, offsetof(args, format),
      .help = "a table, or one JSON object a line (default: text)" },
    { 0 },
};

static void put_text(const hear_device *devices, size_t n)
{
    int width = 4;
    for (size_t i = 0; i < n; i++)
        if ((int)hear_utf8_count(devices[i].name) > width)
            width = (int)hear_utf8_count(devices[i].name);
    printf("   -d  %-*s  %-10s  channels  rate\n", width, "name", "system");
    for (size_t i = 0; i < n; i++) {
        char name[sizeof devices[i].name] = "", api[sizeof devices[i].host_api] = "", rate[40];
        size_t used = 0;
        hear_append_clean(name, sizeof name, &used, devices[i].name);
        used = 0;
        hear_append_clean(api, sizeof api, &used, devices[i].host_api);
        hear_format_fixed(rate, sizeof rate, devices[i].rate_hz, 0);
        printf("%c %3d  %-*s  %-10s  %8u  %s\n", devices[i].is_default ? '*' : ' ',
               devices[i].index, hear_field(name, width), name, api, devices[i].n_channels, rate);
    }
    puts("* is what listen takes without -d");
}

static void put_jsonl(const hear_device *devices, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        char name[1024] = "", api[512] = "", rate[40], latency[40];
        size_t used = 0;
        hear_append_json(name, sizeof name, &used, devices[i].name);
        used = 0;
        hear_append_json(api, sizeof api, &used, devices[i].host_api);
        hear_format_fixed(rate, sizeof rate, devices[i].rate_hz, 0);
        hear_format_fixed(latency, sizeof latency, devices[i].latency_s, 4);
        printf("{\"v\":1,\"type\":\"device\",\"index\":%d,\"name\":%s,\"host_api\":%s,"
               "\"channels\":%u,\"rate_hz\":%s,\"latency_s\":%s,\"default\":%s}\n",
               devices[i].index, name, api, devices[i].n_channels, rate, latency,
               devices[i].is_default ? "true" : "false");
    }
}

static int run(const hear_cmd *cmd, int argc, char **argv)
{
    args a = { .format = "text" };
    int first, code;
    if (!hear_options_parse(cmd, argc, argv, &a, &first, &code))
        return code;
    if (first < argc)
        return hear_report_usage(cmd->name, "'%s': takes no operands", argv[first]);

    hear_device *devices = NULL;
    size_t n = 0;
    hear_error err = { 0 };
    hear_status s = hear_devices_list(&devices, &n, &err);
    if (s == HEAR_OK && n == 0)
        s = hear_fail(&err, HEAR_ERR_DEVICE, "there is no input device");
    code = hear_exit_code(s);
    if (s != HEAR_OK)
        code = hear_report(NULL, &err);
    else if (strcmp(a.format, "jsonl") == 0)
        put_jsonl(devices, n);
    else
        put_text(devices, n);
    free(devices);
    return hear_finish_stdout(code);
}

const hear_cmd hear_cmd_devices = {
    .name = "devices",
    .summary = "List the microphones",
    .operands = "",
    .options = options,
    .run = run,
};
