/* train_data.h - what train and tune share: recordings opened as the options say, and told of. */
#ifndef APP_TRAIN_DATA_H
#define APP_TRAIN_DATA_H

#include "app/train_options.h"

/* What they say of the data that can be told wrong without it. Errors: HEAR_ERR_ARG, err says which
 * option. */
HEAR_MUST_CHECK hear_status hear_train_check_data(const hear_train_args *args, hear_error *err);
/* With made silence, checked. Errors: as hear_dataset_open's; *out may be there all the same. */
HEAR_MUST_CHECK hear_status hear_train_open_data(hear_dataset **out, const hear_train_args *args,
                                                 hear_error *err);
/* How the recordings are shared out, a sentence; drawn: those to choose by were, with the seed. */
void hear_train_splits(char *out, size_t room, const hear_dataset *d, const hear_train_args *args,
                       bool drawn);
/* The level of the loudest silence made, as hear_sounds_config has it. */
double hear_train_made_db(const hear_train_args *args);
/* At the end, so that nobody misses them: those that could not be read. d and s may be NULL.
 * Returns an exit code. */
int hear_train_tell_unreadable(const hear_dataset *d, const hear_sounds *s, const char *name);
size_t hear_train_n_threads(const hear_train_args *args);
#endif
