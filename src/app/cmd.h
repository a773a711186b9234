/* cmd.h - a sub-command: a const struct, listed once in main.c.
 *
 * A command is src/app/cmd_<name>.c, man/hearsay-<name>.1, and a line in main.c, Makefile.am and
 * the completions; tests/lint/options.sh holds help, man page and completions together. */
#ifndef APP_CMD_H
#define APP_CMD_H

#include "app/options.h"
#include "app/report.h"

typedef struct hear_cmd hear_cmd;
struct hear_cmd {
    const char *name;           /* "classify" */
    const char *summary;        /* one line, no full stop */
    const char *operands;       /* as in the synopsis: "FILE... | -"; "" for none */
    const hear_option *options; /* ends with { 0 } */
    const char *notes;          /* below the options in --help; NULL for none */
    /* argv[0] is the command's name. Returns the exit code. SIGPIPE is ignored; LC_CTYPE alone is
     * the user's locale. */
    int (*run)(const hear_cmd *cmd, int argc, char **argv);
};

extern const hear_cmd hear_cmd_augment;
extern const hear_cmd hear_cmd_classify;
extern const hear_cmd hear_cmd_denoise;
extern const hear_cmd hear_cmd_devices;
extern const hear_cmd hear_cmd_enrol;
extern const hear_cmd hear_cmd_evaluate;
extern const hear_cmd hear_cmd_features;
extern const hear_cmd hear_cmd_fetch;
extern const hear_cmd hear_cmd_listen;
extern const hear_cmd hear_cmd_model;
extern const hear_cmd hear_cmd_plot;
extern const hear_cmd hear_cmd_record;
extern const hear_cmd hear_cmd_train;
extern const hear_cmd hear_cmd_tune;
#endif
