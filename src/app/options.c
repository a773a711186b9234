/* options.c - see options.h. */
#include "config.h"

#include "app/options.h"

#include "app/cmd.h"
#include "base/text.h"

#include <assert.h>
#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { MAX_OPTIONS = 64, HELP_COLUMN = 27, WIDTH = 79, LONG_ONLY = 256 };

static size_t count_options(const hear_option *options)
{
    size_t n = 0;
    while (options[n].name)
        n++;
    return n;
}

/* What getopt_long returns for an option. */
static int code_of(const hear_option *options, size_t i)
{
    return options[i].letter ? options[i].letter : LONG_ONLY + (int)i;
}

static const hear_option *find(const hear_option *options, size_t n, int code)
{
    for (size_t i = 0; i < n; i++)
        if (code_of(options, i) == code)
            return &options[i];
    return NULL;
}

static bool is_choice(const char *choices, const char *text)
{
    const size_t n = strlen(text);
    for (const char *c = choices; c; c = strchr(c, '|')) {
        c += *c == '|';
        if (n > 0 && !strchr(text, '|') && strncmp(c, text, n) == 0 &&
            (c[n] == '|' || c[n] == '\0'))
            return true;
    }
    return false;
}

/* "1", "0.05": as few decimals as say it. */
static const char *short_number(char *out, size_t room, double value)
{
    size_t n = hear_format_fixed(out, room, value, 6);
    while (n > 0 && out[n - 1] == '0')
        out[--n] = '\0';
    if (n > 0 && out[n - 1] == '.')
        out[--n] = '\0';
    return out;
}

static bool refuse(const hear_cmd *cmd, const hear_option *o, const char *text, int *exit_code)
{
    char lo[40], hi[40];
    const char *what = o->kind == HEAR_OPT_COUNT ? "whole number" : "number";
    if (o->kind == HEAR_OPT_TEXT || o->kind == HEAR_OPT_TEXTS)
        *exit_code = hear_report_usage(cmd->name, "--%s '': must not be empty", o->name);
    else if (o->kind == HEAR_OPT_CHOICE)
        *exit_code = hear_report_usage(cmd->name, "--%s '%s': must be one of %s", o->name, text,
                                       o->argument);
    else if (isinf(o->max))
        *exit_code = hear_report_usage(cmd->name, "--%s '%s': must be a %s from %s", o->name, text,
                                       what, short_number(lo, sizeof lo, o->min));
    else
        *exit_code = hear_report_usage(cmd->name, "--%s '%s': must be a %s from %s to %s", o->name,
                                       text, what, short_number(lo, sizeof lo, o->min),
                                       short_number(hi, sizeof hi, o->max));
    return false;
}

bool hear_option_store(const hear_cmd *cmd, const hear_option *o, const char *text, void *values,
                       int *exit_code)
{
    void *const at = (char *)values + o->offset;
    double real;
    uint64_t count;
    switch (o->kind) {
    case HEAR_OPT_FLAG:
        *(bool *)at = true;
        return true;
    case HEAR_OPT_CHOICE:
        if (!is_choice(o->argument, text))
            return refuse(cmd, o, text, exit_code);
        *(const char **)at = text;
        return true;
    case HEAR_OPT_TEXT:
        if (!text[0])
            return refuse(cmd, o, text, exit_code);
        *(const char **)at = text;
        return true;
    case HEAR_OPT_TEXTS:
        if (!text[0])
            return refuse(cmd, o, text, exit_code);
        if (((hear_texts *)at)->n == HEAR_MAX_TEXTS) {
            *exit_code = hear_report_usage(cmd->name, "--%s '%s': %d at most", o->name, text,
                                           HEAR_MAX_TEXTS);
            return false;
        }
        ((hear_texts *)at)->item[((hear_texts *)at)->n++] = text;
        return true;
    case HEAR_OPT_REAL:
        if (!hear_parse_double(text, &real) || !(real >= o->min && real <= o->max))
            return refuse(cmd, o, text, exit_code);
        *(double *)at = real;
        return true;
    case HEAR_OPT_COUNT:
        if (!hear_parse_uint(text, &count) || !((double)count >= o->min && (double)count <= o->max))
            return refuse(cmd, o, text, exit_code);
        *(uint64_t *)at = count;
        return true;
    }
    return true;
}

/* argv[at] up to its '=': an option as it was typed, without its value. */
static void typed_name(const char *text, char *out, size_t room)
{
    snprintf(out, room, "%s", text);
    if (strncmp(text, "--", 2) == 0)
        out[strcspn(out, "=")] = '\0';
}

static int tell_wrong(const hear_cmd *cmd, const hear_option *options, size_t n, int what,
                      char *const *argv)
{
    char typed[64];
    typed_name(argv[optind - 1], typed, sizeof typed);
    const hear_option *o = find(options, n, optopt);
    if (what == ':' && o)
        return hear_report_usage(cmd->name, "--%s: needs %s", o->name, o->argument);
    if (o || optopt == 'h')
        return hear_report_usage(cmd->name, "--%s: takes no value", o ? o->name : "help");
    if (optopt > 0 && optopt < LONG_ONLY)
        return hear_report_usage(cmd->name, "-%c: unknown option", optopt);
    return hear_report_usage(cmd->name, "%s: unknown or ambiguous option", typed);
}

bool hear_options_parse(const hear_cmd *cmd, int argc, char **argv, void *values,
                        int *first_operand, int *exit_code)
{
    const hear_option *const options = cmd->options;
    const size_t n = count_options(options);
    struct option longs[MAX_OPTIONS + 2] = { 0 };
    char shorts[2 * MAX_OPTIONS + 4] = ":h";
    bool seen[MAX_OPTIONS] = { false };
    size_t used = strlen(shorts);
    assert(n <= MAX_OPTIONS);
    for (size_t i = 0; i < n; i++) {
        const bool takes = options[i].kind != HEAR_OPT_FLAG;
        longs[i] = (struct option){ options[i].name, takes ? required_argument : no_argument, NULL,
                                    code_of(options, i) };
        const char piece[3] = { options[i].letter, takes ? ':' : '\0', '\0' };
        if (options[i].letter)
            hear_append(shorts, sizeof shorts, &used, piece);
    }
    longs[n] = (struct option){ "help", no_argument, NULL, 'h' };

    optind = 0; /* GNU: start anew */
    opterr = 0;
    for (int code; (code = getopt_long(argc, argv, shorts, longs, NULL)) != -1;) {
        if (code == 'h') {
            hear_options_help(cmd);
            *exit_code = hear_finish_stdout(HEAR_EXIT_OK);
            return false;
        }
        const hear_option *o = find(options, n, code);
        if (!o) {
            *exit_code = tell_wrong(cmd, options, n, code, argv);
            return false;
        }
        seen[o - options] = true;
        if (!hear_option_store(cmd, o, optarg, values, exit_code))
            return false;
    }
    for (size_t i = 0; i < n; i++)
        if (options[i].required && !seen[i]) {
            *exit_code = hear_report_usage(cmd->name, "--%s %s is needed", options[i].name,
                                           options[i].argument);
            return false;
        }
    *first_operand = optind;
    return true;
}

static void put_word(const char *word, size_t *column, size_t indent)
{
    const size_t n = strlen(word);
    if (*column + 1 + n > WIDTH) {
        printf("\n%*s", (int)indent, "");
        *column = indent;
    }
    printf(" %s", word);
    *column += 1 + n;
}

static void put_option(const char *left, const char *help)
{
    printf("  %-*s", HELP_COLUMN - 2, left);
    if (strlen(left) > HELP_COLUMN - 4)
        printf("\n%*s", HELP_COLUMN, "");
    for (const char *c = help; *c; c++) {
        putchar(*c);
        if (*c == '\n')
            printf("%*s", HELP_COLUMN, "");
    }
    putchar('\n');
}

void hear_options_help(const hear_cmd *cmd)
{
    char word[128];
    size_t column = (size_t)printf("usage: hearsay %s", cmd->name);
    const size_t indent = column;
    for (const hear_option *o = cmd->options; o->name; o++) {
        char flag[64] = { '-', o->letter, '\0' };
        if (!o->letter)
            snprintf(flag, sizeof flag, "--%s", o->name);
        snprintf(word, sizeof word, "%s%s%s%s%s%s", o->required ? "" : "[", flag,
                 o->argument ? " " : "", o->argument ? o->argument : "", o->required ? "" : "]",
                 o->kind == HEAR_OPT_TEXTS ? "..." : "");
        put_word(word, &column, indent);
    }
    if (cmd->operands[0])
        put_word(cmd->operands, &column, indent);
    printf("\n%s.\n\n", cmd->summary);
    for (const hear_option *o = cmd->options; o->name; o++) {
        const char letter[] = { '-', o->letter, ',', ' ', '\0' };
        snprintf(word, sizeof word, "%s--%s%s%s", o->letter ? letter : "    ", o->name,
                 o->argument ? " " : "", o->argument ? o->argument : "");
        put_option(word, o->help);
    }
    put_option("-h, --help", "show this and end");
    if (cmd->notes)
        printf("\n%s\n", cmd->notes);
    printf("\nMore in hearsay-%s(1).\n", cmd->name);
}
