/* card.c - see card.h. */
#include "config.h"

#include "train/card.h"

#include "base/mem.h"
#include "train/scores.h"

#include <stdlib.h>
#include <string.h>

typedef struct {
    size_t n[HEAR_N_SPLITS];
    size_t n_groups[HEAR_N_SPLITS];
} tally;

/* Of one label. seen: [n_groups] */
static tally count(const hear_card *c, size_t label, bool *seen)
{
    tally t = { 0 };
    memset(seen, 0, c->data->groups.n * sizeof *seen);
    for (size_t i = 0; i < c->data->n_clips; i++) {
        const hear_clip *clip = &c->data->clips[i];
        if (clip->label != label || clip->split >= HEAR_N_SPLITS || !c->sounds->sound[i].frames)
            continue;
        t.n[clip->split]++;
        t.n_groups[clip->split] += !seen[clip->group];
        seen[clip->group] = true; /* a group is in one split only */
    }
    return t;
}

static void put_data(FILE *out, const hear_card *c, bool *seen)
{
    fprintf(out, "Recordings (groups) to learn from, to choose by and to test on:\n");
    for (size_t l = 0; l < c->data->labels.n; l++) {
        const tally t = count(c, l, seen);
        fprintf(out, "  %s: %zu (%zu), %zu (%zu), %zu (%zu)\n", c->data->labels.name[l], t.n[0],
                t.n_groups[0], t.n[1], t.n_groups[1], t.n[2], t.n_groups[2]);
    }
    if (c->splits)
        fprintf(out, "%s\n", c->splits);
    if (c->sounds->n_unreadable > 0)
        fprintf(out, "%zu recordings could not be read and were left out.\n",
                c->sounds->n_unreadable);
}

/* The sources that it learnt from, with their licences. */
static void put_sources(FILE *out, const hear_card *c)
{
    const hear_dataset *d = c->data;
    bool titled = false;
    for (size_t s = 0; s < d->sources.n; s++)
        for (size_t k = 0; k < d->licences.n; k++) {
            size_t n = 0;
            for (size_t i = 0; i < d->n_clips; i++)
                n += d->clips[i].source == s && d->clips[i].licence == k &&
                     d->clips[i].split != HEAR_SPLIT_TEST && c->sounds->sound[i].frames != NULL;
            if (n == 0 || (!d->sources.name[s][0] && !d->licences.name[k][0]))
                continue;
            if (!titled)
                fprintf(out, "Learnt and chosen from:\n");
            titled = true;
            fprintf(out, "  %zu of %s%s%s\n", n,
                    d->sources.name[s][0] ? d->sources.name[s] : "a source not named",
                    d->licences.name[k][0] ? ", licence " : "", d->licences.name[k]);
        }
}

static void put_scores(FILE *out, const hear_card *c, const char *of, const hear_judgement *e)
{
    if (!e || e->clips->n == 0)
        return;
    fprintf(out, "On the recordings %s, each the mean of its windows:\n  ", of);
    hear_scores_line(out, e->clips);
    fprintf(out, "\n");
    hear_scores_table(out, e->clips, c->data->labels.name);
    fprintf(out, "  by window: ");
    hear_scores_line(out, e->windows);
    fprintf(out, "\n");
}

char *hear_card_write(const hear_card *c)
{
    char *text = NULL;
    size_t n;
    bool *seen = hear_alloc(c->data->groups.n, sizeof *seen);
    FILE *out = seen ? open_memstream(&text, &n) : NULL;
    if (!out) {
        hear_free(seen);
        return NULL;
    }
    fprintf(out, "Made by hearsay " PACKAGE_VERSION ":\n  %s\n", c->command);
    if (c->interrupted)
        fprintf(out, "Training was interrupted: these are the best weights until then.\n");
    put_data(out, c, seen);
    put_sources(out, c);
    put_scores(out, c, "to choose by", c->valid);
    put_scores(out, c, "to test on", c->test);
    hear_free(seen);
    const bool failed = ferror(out) != 0;
    if (fclose(out) != 0 || failed) {
        free(text);
        return NULL;
    }
    return text;
}
