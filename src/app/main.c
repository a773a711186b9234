/* main.c - the program: finds the sub-command and runs it. */
#include "config.h"

#include "app/cmd.h"
#include "app/spelling.h"

#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* In the order of --help; plain `hearsay` is the first. */
/* clang-format off */
static const hear_cmd *const commands[] = {
    &hear_cmd_listen,
    &hear_cmd_classify,
    &hear_cmd_augment,
    &hear_cmd_denoise,
    &hear_cmd_devices,
    &hear_cmd_enrol,
    &hear_cmd_evaluate,
    &hear_cmd_features,
    &hear_cmd_fetch,
    &hear_cmd_model,
    &hear_cmd_plot,
    &hear_cmd_record,
    &hear_cmd_train,
    &hear_cmd_tune,
    NULL, /* one a line: tables grow */
};
/* clang-format on */

static void put_help(void)
{
    puts("usage: hearsay [COMMAND] [OPTION]...\n"
         "Hear sound and say what it is.\n");
    for (int i = 0; commands[i]; i++)
        printf("  %-10s %s%s\n", commands[i]->name, commands[i]->summary,
               i == 0 ? " (the default)" : "");
    puts("\n  -h, --help     show this and end; hearsay help COMMAND for a command's\n"
         "  -V, --version  show the version and end\n"
         "\nMore in hearsay(1).");
}

static int unknown(const char *word)
{
    struct stat st;
    if (stat(word, &st) == 0)
        return hear_report_usage(NULL, "'%s' is no command; to label a recording: hearsay classify",
                                 word);
    for (int i = 0; commands[i]; i++) {
        const char *name = commands[i]->name;
        if (hear_spelling_distance(word, strlen(word), name, strlen(name)) <= 2 ||
            (strlen(word) >= 2 && strstr(name, word) == name))
            return hear_report_usage(NULL, "'%s' is no command; did you mean '%s'?", word, name);
    }
    return hear_report_usage(NULL, "'%s' is no command", word);
}

static const hear_cmd *find(const char *name)
{
    for (int i = 0; commands[i]; i++)
        if (strcmp(name, commands[i]->name) == 0)
            return commands[i];
    return NULL;
}

/* Of a command; of the program where name is NULL. */
static int help(const char *name)
{
    const hear_cmd *const cmd = name ? find(name) : NULL;
    if (name && !cmd && strcmp(name, "help") != 0)
        return unknown(name);
    if (cmd)
        hear_options_help(cmd);
    else
        put_help();
    return hear_finish_stdout(HEAR_EXIT_OK);
}

/* A closed standard descriptor would be given to the first file opened, and labels written into
 * it. Reading or writing this one fails instead. */
static void occupy_standard_descriptors(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0 &&
            open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) < 0)
            return;
}

int main(int argc, char **argv)
{
    occupy_standard_descriptors();
    signal(SIGPIPE, SIG_IGN); /* a closed pipe is an error of write, told apart there */
    setlocale(LC_CTYPE, "");  /* for the display's characters; numbers stay in the C locale */
    const char *word = argc > 1 ? argv[1] : "";
    if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0 || strcmp(word, "help") == 0)
        return help(word[0] != '-' && argc > 2 ? argv[2] : NULL);
    if (strcmp(word, "--version") == 0 || strcmp(word, "-V") == 0) {
        puts("hearsay " PACKAGE_VERSION);
        return hear_finish_stdout(HEAR_EXIT_OK);
    }
    if (word[0] == '-' || argc < 2)
        return commands[0]->run(commands[0], argc, argv);
    const hear_cmd *const cmd = find(word);
    return cmd ? cmd->run(cmd, argc - 1, argv + 1) : unknown(word);
}
