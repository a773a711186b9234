/* classify_jobs.c - see classify_jobs.h. A recording is a slot: a worker fills it, the main thread
 * empties it, in order. Workers are at most n_slots recordings ahead, and in each of them at most
 * AHEAD bytes of lines; the recording that is the next to be written always has its worker, for
 * they are taken in order. */
#include "config.h"

#include "app/classify_jobs.h"

#include "app/label_folder.h"
#include "app/report.h"
#include "app/signals.h"
#include "base/error.h"
#include "base/thread.h"
#include "io/quiet.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SLOTS_PER_JOB = 4, AHEAD = 1 << 20 };

typedef struct {
    char *text; /* [room], of which [n] are used */
    size_t n, room;
} lines;

typedef struct job job;

/* One recording. While others run, under the lock until it is done. */
typedef struct {
    job *job;
    hear_sink *gather; /* the worker's */
    const char *path;
    lines lines;      /* not yet taken by the main thread */
    bool begun, done; /* it can be opened; nothing more comes of it */
    bool left_out;
    hear_error file, output;

    /* with a folder */
    char *place;
    hear_outfile *labels;
    hear_sink *sink;
} slot;

typedef struct {
    job *job;
    hear_ear *ear;
    hear_sink *gather; /* makes lines for the slot at hand */
    slot *slot;
    pthread_t thread;
    bool running;
} worker;

struct job {
    const hear_classify_config *config;
    const hear_model *model; /* of the classes */
    hear_sink *sink;         /* standard output; NULL with a folder */
    bool begun;              /* its header is written */
    size_t n_left_out;
    int code;

    worker *workers; /* [n_workers] */
    slot *slots;     /* [n_slots] */
    size_t n_workers, n_slots;
    pthread_mutex_t lock;
    pthread_cond_t changed, room; /* for the main thread; for the workers */
    size_t n_claimed, n_told, n_running;
    bool closed; /* nothing more is taken */
};

static hear_status begin_direct(void *user, hear_sink **sink, hear_error *err)
{
    job *const j = ((slot *)user)->job;
    *sink = j->sink;
    if (j->begun)
        return HEAR_OK;
    j->begun = true;
    return hear_sink_begin(j->sink, err);
}

static hear_status begin_gather(void *user, hear_sink **sink, hear_error *err)
{
    slot *const s = user;
    (void)err;
    *sink = s->gather;
    pthread_mutex_lock(&s->job->lock);
    s->begun = true;
    pthread_cond_signal(&s->job->changed);
    pthread_mutex_unlock(&s->job->lock);
    return HEAR_OK;
}

static hear_status begin_folder(void *user, hear_sink **sink, hear_error *err)
{
    slot *const s = user;
    hear_status status = hear_label_place_open(&s->labels, s->place, err);
    if (status != HEAR_OK)
        return status;
    hear_sink_config config = s->job->config->sink;
    config.fd = fileno(hear_outfile_stream(s->labels));
    config.stop_fd = 0;
    config.color = false;
    status = hear_sink_create(&s->sink, s->job->model, &config, err);
    *sink = s->sink;
    return status == HEAR_OK ? hear_sink_begin(s->sink, err) : status;
}

/* A line for the slot at hand; waits while the main thread is far behind. */
static hear_status gather(void *user, const char *line, size_t n, hear_error *err)
{
    worker *const w = user;
    job *const j = w->job;
    lines *const to = &w->slot->lines;
    hear_status status = HEAR_OK;
    pthread_mutex_lock(&j->lock);
    while (to->n > AHEAD && !j->closed)
        pthread_cond_wait(&j->room, &j->lock);
    if (to->n + n > to->room) {
        const size_t room = 2 * (to->n + n);
        char *const grown = realloc(to->text, room);
        if (grown)
            *to = (lines){ grown, to->n, room };
        else
            status = HEAR_ERR_MEM;
    }
    if (j->closed)
        status = HEAR_ERR_INTERRUPTED;
    if (status == HEAR_OK) {
        memcpy(to->text + to->n, line, n);
        to->n += n;
        pthread_cond_signal(&j->changed);
    }
    pthread_mutex_unlock(&j->lock);
    return status == HEAR_OK ? HEAR_OK : hear_fail(err, status, NULL);
}

/* Whole, or not at all. */
static void hear_into_folder(slot *s, hear_ear *ear)
{
    const hear_classify_config *const c = s->job->config;
    s->place = hear_label_place(c->folder, s->path, c->sink.format);
    struct stat st;
    if (!s->place) {
        hear_fail(&s->output, HEAR_ERR_MEM, NULL);
        return;
    }
    s->left_out = c->missing && stat(s->place, &st) == 0;
    if (s->left_out)
        return;
    const char *const slash = strrchr(s->place, '/');
    /* This one's alone: others fare better. */
    if (strlen(slash ? slash + 1 : s->place) > NAME_MAX) {
        hear_fail(&s->file, HEAR_ERR_IO, "its file of labels would have too long a name");
        return;
    }
    s->file.status = hear_ear_hear(ear, s->path, begin_folder, s, &s->output, &s->file);
    hear_sink_destroy(s->sink);
    s->sink = NULL;
    if (s->labels && s->file.status == HEAR_OK && s->output.status == HEAR_OK)
        s->output.status = hear_outfile_commit(s->labels, &s->output);
    else
        hear_outfile_discard(s->labels);
    s->labels = NULL;
}

static void hear_one(slot *s, hear_ear *ear, hear_ear_begin *begin)
{
    s->file = s->output = (hear_error){ .status = HEAR_OK };
    if (s->job->config->folder)
        hear_into_folder(s, ear);
    else
        s->file.status = hear_ear_hear(ear, s->path, begin, s, &s->output, &s->file);
}

/* The code of what went wrong with the files: the one that all share, otherwise 65. */
static int worse(int code, int another)
{
    if (code == HEAR_EXIT_OK || code == another)
        return another;
    return another == HEAR_EXIT_OK ? code : HEAR_EXIT_DATA;
}

/* What went wrong with writing counts above all; a reader that went away takes nothing back. */
static int output_code(const job *j, const char *name, const hear_error *err)
{
    const int code = hear_report(name, err);
    return code == HEAR_EXIT_OK ? j->code : code;
}

/* How it went; false where no other file would fare better. Forgets what it has told. */
static bool tell(job *j, slot *s)
{
    bool on = true;
    const int code = hear_report(s->path, &s->file);
    j->n_left_out += s->left_out;
    if (s->file.status == HEAR_ERR_MODEL || s->file.status == HEAR_ERR_MEM ||
        s->file.status == HEAR_ERR_INTERNAL) {
        j->code = code;
        on = false;
    } else if (s->output.status != HEAR_OK) {
        j->code = worse(j->code, code);
        j->code = output_code(j, j->config->folder ? s->place : "standard output", &s->output);
        on = false;
    } else {
        j->code = worse(j->code, code);
    }
    free(s->place);
    s->place = NULL;
    s->left_out = s->begun = s->done = false;
    return on;
}

static void one_after_the_other(job *j)
{
    slot *const s = &j->slots[0];
    s->job = j;
    for (size_t i = 0; i < j->config->n_paths && !hear_signals_caught(); i++) {
        s->path = j->config->paths[i];
        hear_one(s, j->workers[0].ear, begin_direct);
        if (!tell(j, s))
            return;
    }
}

/* The next recording for a worker, or NULL. */
static slot *claim(worker *w)
{
    job *const j = w->job;
    slot *s = NULL;
    pthread_mutex_lock(&j->lock);
    while (!j->closed && !hear_signals_stopped() && j->n_claimed < j->config->n_paths &&
           j->n_claimed >= j->n_told + j->n_slots)
        pthread_cond_wait(&j->room, &j->lock);
    if (!j->closed && !hear_signals_stopped() && j->n_claimed < j->config->n_paths) {
        s = &j->slots[j->n_claimed % j->n_slots];
        s->path = j->config->paths[j->n_claimed++];
        s->job = j;
        s->gather = w->gather;
    }
    w->slot = s;
    pthread_mutex_unlock(&j->lock);
    return s;
}

static void *work(void *arg)
{
    worker *const w = arg;
    job *const j = w->job;
    for (slot *s; (s = claim(w)) != NULL;) {
        hear_one(s, w->ear, begin_gather);
        pthread_mutex_lock(&j->lock);
        s->done = true;
        pthread_cond_signal(&j->changed);
        pthread_mutex_unlock(&j->lock);
    }
    pthread_mutex_lock(&j->lock);
    j->n_running--;
    pthread_cond_signal(&j->changed);
    pthread_mutex_unlock(&j->lock);
    return NULL;
}

/* What there is of recording i by now, at least one of: lines, the header, its end. False where it
 * will never come. */
static bool await(job *j, size_t i, lines *taken, bool *begun, bool *done)
{
    slot *const s = &j->slots[i % j->n_slots];
    bool comes = true;
    taken->n = 0;
    pthread_mutex_lock(&j->lock);
    for (;;) {
        const bool claimed = i < j->n_claimed;
        if (claimed && (s->done || s->lines.n > 0 || (s->begun && !j->begun)))
            break;
        if (!claimed && j->n_running == 0) {
            comes = false;
            break;
        }
        pthread_cond_wait(&j->changed, &j->lock);
    }
    if (comes) {
        const lines empty = *taken;
        *taken = s->lines;
        s->lines = empty;
        *begun = s->begun;
        *done = s->done;
        pthread_cond_broadcast(&j->room);
    }
    pthread_mutex_unlock(&j->lock);
    return comes;
}

static bool write_and_tell(job *j, size_t i, lines *taken)
{
    slot *const s = &j->slots[i % j->n_slots];
    for (bool begun, done = false; !done;) {
        hear_error err = { .status = HEAR_OK };
        if (!await(j, i, taken, &begun, &done))
            return false;
        if (begun && !j->begun && j->sink) {
            j->begun = true;
            err.status = hear_sink_begin(j->sink, &err);
        }
        if (err.status == HEAR_OK && taken->n > 0) {
            const char *const name = j->config->ear.source ? j->config->ear.source : s->path;
            err.status =
                hear_sink_pass(j->sink, name, j->config->ear.by_file, taken->text, taken->n, &err);
        }
        if (err.status != HEAR_OK) {
            j->code = output_code(j, "standard output", &err);
            return false;
        }
    }
    const bool on = tell(j, s);
    pthread_mutex_lock(&j->lock);
    j->n_told++;
    pthread_cond_broadcast(&j->room);
    pthread_mutex_unlock(&j->lock);
    return on;
}

static void several_at_a_time(job *j)
{
    lines taken = { 0 };
    /* From here on our own messages have a descriptor that no worker redirects. */
    hear_quiet_begin();
    hear_quiet_end();
    j->n_running = j->n_workers;
    for (size_t i = 0; i < j->n_workers; i++) {
        const int why = hear_thread_start(&j->workers[i].thread, work, &j->workers[i]);
        j->workers[i].running = why == 0;
        if (why != 0) {
            pthread_mutex_lock(&j->lock);
            j->n_running--;
            pthread_mutex_unlock(&j->lock);
        }
        if (why != 0 && i == 0)
            j->code = hear_report_text(HEAR_ERR_INTERNAL, NULL, "cannot start a thread: %s",
                                       strerror(why));
    }
    size_t i = 0;
    while (i < j->config->n_paths && j->workers[0].running && write_and_tell(j, i, &taken))
        i++;
    pthread_mutex_lock(&j->lock);
    j->closed = true;
    pthread_cond_broadcast(&j->room);
    pthread_mutex_unlock(&j->lock);
    if (i < j->config->n_paths)
        hear_signals_stop(); /* whoever still waits for sound */
    for (size_t k = 0; k < j->n_workers; k++)
        if (j->workers[k].running)
            pthread_join(j->workers[k].thread, NULL);
    free(taken.text);
}

static hear_status prepare(job *j, hear_error *err)
{
    const hear_classify_config *const c = j->config;
    j->n_workers = c->n_jobs < c->n_paths ? c->n_jobs : c->n_paths;
    j->n_slots = j->n_workers > 1 ? j->n_workers * SLOTS_PER_JOB : 1;
    j->workers = calloc(j->n_workers, sizeof j->workers[0]);
    j->slots = calloc(j->n_slots, sizeof j->slots[0]);
    if (!j->workers || !j->slots)
        return hear_fail(err, HEAR_ERR_MEM, NULL);
    hear_status s = HEAR_OK;
    if (!c->folder)
        s = hear_sink_create(&j->sink, j->model, &c->sink, err);
    for (size_t i = 0; i < j->n_workers && s == HEAR_OK; i++) {
        worker *const w = &j->workers[i];
        w->job = j;
        s = hear_ear_create(&w->ear, &c->ear, err);
        hear_sink_config config = c->sink;
        config.take = gather;
        config.user = w;
        if (s == HEAR_OK && j->n_workers > 1 && !c->folder)
            s = hear_sink_create(&w->gather, j->model, &config, err);
    }
    return s;
}

static void clean_up(job *j)
{
    for (size_t i = 0; j->workers && i < j->n_workers; i++) {
        hear_ear_destroy(j->workers[i].ear);
        hear_sink_destroy(j->workers[i].gather);
    }
    for (size_t i = 0; j->slots && i < j->n_slots; i++) {
        free(j->slots[i].lines.text);
        free(j->slots[i].place);
    }
    free(j->workers);
    free(j->slots);
    hear_sink_destroy(j->sink);
    pthread_cond_destroy(&j->changed);
    pthread_cond_destroy(&j->room);
    pthread_mutex_destroy(&j->lock);
}

int hear_classify_all(const hear_classify_config *config)
{
    job j = { .config = config,
              .model = hear_classes_model(config->ear.classes),
              .code = HEAR_EXIT_OK };
    hear_error err = { .status = HEAR_OK };
    pthread_mutex_init(&j.lock, NULL);
    pthread_cond_init(&j.changed, NULL);
    pthread_cond_init(&j.room, NULL);
    err.status = prepare(&j, &err);
    if (err.status != HEAR_OK)
        j.code = hear_report(NULL, &err);
    else if (j.n_workers > 1)
        several_at_a_time(&j);
    else
        one_after_the_other(&j);
    if (j.n_left_out > 0)
        hear_note(config->folder, "%zu of %zu recordings had their labels; left out", j.n_left_out,
                  config->n_paths);
    clean_up(&j);
    return j.code;
}
