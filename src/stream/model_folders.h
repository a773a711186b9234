/* model_folders.h - where models lie, in the order of looking: the user's, those beside a program
 * that runs from its build folder, and the installed ones. */
#ifndef STREAM_MODEL_FOLDERS_H
#define STREAM_MODEL_FOLDERS_H

#include <stdbool.h>
#include <stddef.h>

/* $XDG_DATA_HOME/hearsay/models (~/.local/share without it); false where neither is set. */
bool hear_users_models(char *out, size_t room);

enum { HEAR_N_MODEL_FOLDERS = 3 };
/* i < HEAR_N_MODEL_FOLDERS; false where there is none of that kind. */
bool hear_model_folder(size_t i, char *out, size_t room);

/* The i-th place, i <= HEAR_N_MODEL_FOLDERS, where a file NAME SUFFIX may lie: in the folder of
 * path (NULL: none), then in those above. False where there is no such file. */
bool hear_model_file(size_t i, char *file, size_t room, const char *name, const char *suffix,
                     const char *path);
/* The first of them. */
bool hear_find_in_models(char *file, size_t room, const char *name, const char *suffix,
                         const char *path);
#endif
