/* job_print.c - hear_job_print of job.h. */
#include "config.h"

#include "base/digest.h"
#include "train/job.h"

#include <string.h>

static uint64_t add_text(uint64_t print, const char *text)
{
    return text ? hear_print_add(print, text, strlen(text) + 1) : hear_print_add(print, "", 1);
}

uint64_t hear_job_print(const hear_job *job, const hear_dataset *d)
{
    const hear_arch_options *const o = &job->options;
    const hear_arch_settings *const set = &job->settings;
    const double numbers[] = { set->window_s,       set->hop_s,      set->lr,    set->smoothing,
                               set->weight_decay,   set->averaging,  o->dropout, job->clip,
                               job->optim.momentum, job->step_factor };
    const uint64_t counts[] = { set->epochs,   set->batch,       set->patience, o->n_hidden,
                                o->sigmoid,    job->augment,     job->init,     job->optim.kind,
                                job->schedule, job->step_epochs, job->sampling, job->seed,
                                job->n_copies, d->n_clips };
    uint64_t print = hear_print_add(HEAR_PRINT, numbers, sizeof numbers);
    print = hear_print_add(print, counts, sizeof counts);
    print = hear_print_add(print, o->hidden, o->n_hidden * sizeof o->hidden[0]);
    print = add_text(print, job->arch->name);
    print = add_text(print, o->activation);
    print = add_text(print, o->input);
    print = add_text(print, job->cut);
    for (size_t i = 0; i < d->labels.n; i++)
        print = add_text(print, d->labels.name[i]);
    return print;
}
