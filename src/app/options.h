/* options.h - command-line options as tables: parsing, checking and help come from one place.
 *
 *   typedef struct { const char *model; uint64_t top; bool display; } args;
 *   static const hear_option options[] = {
 *       { 'm', "model", "MODEL", HEAR_OPT_TEXT, offsetof(args, model), .help = "…" },
 *       { 0, "top", "K", HEAR_OPT_COUNT, offsetof(args, top), .min = 1, .max = 9, .help = "…" },
 *       { 0 },
 *   };
 * Every command also takes -h, --help. Threads: the main thread only. */
#ifndef APP_OPTIONS_H
#define APP_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum {
    HEAR_OPT_FLAG,   /* bool */
    HEAR_OPT_TEXT,   /* const char *, pointing into argv */
    HEAR_OPT_TEXTS,  /* hear_texts: the option may be given again */
    HEAR_OPT_CHOICE, /* const char *, one of the words of argument: "text|tsv|jsonl" */
    HEAR_OPT_REAL,   /* double, min .. max */
    HEAR_OPT_COUNT,  /* uint64_t, min .. max */
} hear_option_kind;

#define HEAR_MAX_TEXTS 16
typedef struct {
    size_t n;
    const char *item[HEAR_MAX_TEXTS]; /* [n] */
} hear_texts;

typedef struct {
    char letter;          /* '\0' where there is none */
    const char *name;     /* the long one, without "--"; NULL ends a table */
    const char *argument; /* "MODEL"; NULL for a flag */
    hear_option_kind kind;
    size_t offset;    /* of its value in the command's struct */
    double min, max;  /* REAL, COUNT; max INFINITY is open */
    const char *help; /* '\n' goes on below it */
    bool required;    /* the command makes no sense without it: for the synopsis and the check */
} hear_option;

struct hear_cmd;

/* Fills values, which holds the defaults; options and operands may come in any order, "--" ends
 * options. Afterwards argv[*first_operand ..] are the operands. False where the command is to end
 * now, with *exit_code: after --help, or a wrong option, of which it has told. */
bool hear_options_parse(const struct hear_cmd *cmd, int argc, char **argv, void *values,
                        int *first_operand, int *exit_code);

/* Sets one option's value to what text says; false where it cannot, which is told, with
 * *exit_code. */
bool hear_option_store(const struct hear_cmd *cmd, const hear_option *o, const char *text,
                       void *values, int *exit_code);

/* Usage, summary and options on stdout. */
void hear_options_help(const struct hear_cmd *cmd);
#endif
