/* train_denoiser.h - hearsay train --arch denoiser. */
#ifndef APP_TRAIN_DENOISER_H
#define APP_TRAIN_DENOISER_H

#include "app/cmd.h"
#include "app/train_options.h"

/* Returns the exit code. */
int hear_train_denoiser(const hear_cmd *cmd, const hear_train_args *args, size_t n_threads);
#endif
