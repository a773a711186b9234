/* classes.c - see classes.h. */
#include "config.h"

#include "app/classes.h"

#include "app/spelling.h"
#include "base/error.h"
#include "stream/model_info.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char *const audioset[] = {
#include "app/audioset.inc"
};
enum { N_ROWS = sizeof audioset / sizeof audioset[0] };

struct hear_classes {
    hear_model seen; /* the model, with other labels */
    size_t n;
    size_t *first; /* [n + 1] in member */
    size_t
        *member; /* labels of the model: class i has member[first[i]] .. member[first[i + 1] - 1] */
    char **labels; /* [n], the model's */
};

/* ---- AudioSet: rows of names, as audioset.inc tells */

typedef struct {
    size_t row;
    const char *name; /* ends at '|' or NUL */
    size_t length;
} place;

static bool next_name(place *p)
{
    const char *at = p->name ? p->name + p->length : NULL;
    if (!at || *at != '|') {
        p->row = p->name ? p->row + 1 : 0;
        if (p->row == N_ROWS)
            return false;
        at = audioset[p->row];
    }
    p->name = at + 1; /* behind the digit or the '|' */
    p->length = strcspn(p->name, "|");
    return true;
}

static bool is_name(const place *p, const char *label)
{
    return strlen(label) == p->length && memcmp(p->name, label, p->length) == 0;
}

static bool in_audioset(const char *label)
{
    for (place p = { 0 }; next_name(&p);)
        if (is_name(&p, label))
            return true;
    return false;
}

static bool labels_are_audioset(const hear_model_info *info)
{
    for (size_t i = 0; i < info->n_labels; i++)
        if (!in_audioset(info->labels[i]))
            return false;
    return true;
}

static size_t find_label(const hear_model_info *info, const place *p)
{
    size_t i = 0;
    while (i < info->n_labels && !is_name(p, info->labels[i]))
        i++;
    return i;
}

/* Marks what is below the marked labels; again, as a class may stand in several places and have its
 * children in one. */
static void mark_below(const hear_model_info *info, bool *marked)
{
    for (bool more = true; more;) {
        int below = -1; /* the depth of the marked class that we are below of */
        more = false;
        for (place p = { 0 }; next_name(&p);) {
            const int depth = audioset[p.row][0];
            const size_t i = find_label(info, &p);
            if (below >= 0 && depth <= below)
                below = -1;
            if (i == info->n_labels)
                continue;
            if (below >= 0 && !marked[i])
                marked[i] = more = true;
            if (below < 0 && marked[i])
                below = depth;
        }
    }
}

/* ---- names */

/* The label that was meant, as a whole or by one of the names between its commas. */
static const char *nearest(const hear_model_info *info, const char *name, size_t n)
{
    const char *best = info->labels[0];
    size_t least = SIZE_MAX;
    for (size_t i = 0; i < info->n_labels; i++) {
        const char *const label = info->labels[i];
        /* twice, so that the whole is the first among equals */
        size_t d = 2 * hear_spelling_distance(name, n, label, strlen(label));
        for (const char *part = label; *part;) {
            const size_t length = strcspn(part, ",");
            const size_t of_part = 2 * hear_spelling_distance(name, n, part, length) + 1;
            d = of_part < d ? of_part : d;
            part += length;
            part += strspn(part, ", ");
        }
        if (d < least) {
            least = d;
            best = label;
        }
    }
    return best;
}

static const char *skip_blanks(const char *text)
{
    return text + strspn(text, " \t");
}

/* The longest label that stands at text, up to a comma or the end; *end is behind it. */
static size_t label_at(const hear_model_info *info, const char *text, bool any_case,
                       const char **end)
{
    size_t found = info->n_labels, longest = 0;
    for (size_t i = 0; i < info->n_labels; i++) {
        const char *const label = info->labels[i];
        const size_t n = strlen(label);
        if (n <= longest)
            continue;
        if ((any_case ? strncasecmp : strncmp)(text, label, n) != 0)
            continue;
        const char *const behind = skip_blanks(text + n);
        if (*behind && *behind != ',')
            continue;
        found = i;
        longest = n;
        *end = behind;
    }
    return found;
}

/* The labels of a list, in its order, each once: *n more in order, and marked. */
static hear_status read_list(const hear_model_info *info, const char *option, const char *list,
                             bool *marked, size_t *order, size_t *n, hear_error *err)
{
    for (const char *text = skip_blanks(list);;) {
        const char *end = text;
        size_t i = label_at(info, text, false, &end);
        if (i == info->n_labels)
            i = label_at(info, text, true, &end);
        if (i == info->n_labels) {
            const size_t length = strcspn(text, ",");
            if (length == 0)
                return hear_fail(err, HEAR_ERR_ARG, "--%s '%.200s': a label is missing", option,
                                 list);
            return hear_fail(err, HEAR_ERR_ARG,
                             "--%s: '%.*s' is no label of this model; the nearest is '%s'", option,
                             (int)(length < 100 ? length : 100), text,
                             nearest(info, text, length < 200 ? length : 200));
        }
        if (!marked[i])
            order[(*n)++] = i;
        marked[i] = true;
        if (!*end)
            return HEAR_OK;
        text = skip_blanks(end + 1);
    }
}

static hear_status read_lists(const hear_model_info *info, const char *option,
                              const hear_texts *lists, bool *marked, size_t *order, size_t *n,
                              hear_error *err)
{
    hear_status s = HEAR_OK;
    for (size_t i = 0; i < lists->n && s == HEAR_OK; i++)
        s = read_list(info, option, lists->item[i], marked, order, n, err);
    return s;
}

/* ---- classes */

typedef struct {
    bool *away;    /* [n_labels]: taken away by --without */
    bool *members; /* [n_labels] of the class at hand */
    size_t *order; /* [n_labels] the classes, as labels */
    size_t n;
    bool known; /* AudioSet's ontology holds */
} choice;

static hear_status fill(hear_classes *c, const hear_model_info *info, const choice *ch,
                        bool with_below, hear_error *err)
{
    size_t used = 0, room = 0;
    for (size_t k = 0; k < ch->n; k++) {
        memset(ch->members, 0, info->n_labels * sizeof ch->members[0]);
        ch->members[ch->order[k]] = true;
        if (with_below && ch->known)
            mark_below(info, ch->members);
        c->first[k] = used;
        for (size_t i = 0; i < info->n_labels; i++) {
            if (!ch->members[i] || ch->away[i])
                continue;
            if (used == room) {
                room = 2 * room + info->n_labels;
                size_t *const grown = realloc(c->member, room * sizeof grown[0]);
                if (!grown)
                    return hear_fail(err, HEAR_ERR_MEM, NULL);
                c->member = grown;
            }
            c->member[used++] = i;
        }
        if (used == c->first[k] || ch->away[ch->order[k]])
            return hear_fail(err, HEAR_ERR_ARG, "--classes '%s': --without takes it away",
                             info->labels[ch->order[k]]);
        c->labels[k] = info->labels[ch->order[k]];
    }
    c->first[ch->n] = used;
    return HEAR_OK;
}

static hear_status choose(hear_classes *c, const hear_model_info *info, choice *ch,
                          const hear_texts *only, const hear_texts *without, hear_error *err)
{
    size_t n_away = 0;
    ch->known = (only->n > 0 || without->n > 0) && labels_are_audioset(info);
    hear_status s = read_lists(info, "without", without, ch->away, ch->order, &n_away, err);
    if (s != HEAR_OK)
        return s;
    if (ch->known)
        mark_below(info, ch->away);
    s = read_lists(info, "classes", only, ch->members, ch->order, &ch->n, err);
    for (size_t i = 0; i < info->n_labels && only->n == 0; i++)
        if (!ch->away[i])
            ch->order[ch->n++] = i;
    if (s == HEAR_OK && ch->n == 0)
        s = hear_fail(err, HEAR_ERR_ARG, "--without: takes all labels of this model away");
    c->n = ch->n;
    return s == HEAR_OK ? fill(c, info, ch, only->n > 0, err) : s;
}

hear_status hear_classes_create(hear_classes **out, const hear_model *model, const hear_texts *only,
                                const hear_texts *without, hear_error *err)
{
    const hear_model_info *const info = &model->info;
    *out = NULL;
    choice ch = { .away = calloc(info->n_labels, sizeof ch.away[0]),
                  .members = calloc(info->n_labels, sizeof ch.members[0]),
                  .order = calloc(info->n_labels, sizeof ch.order[0]) };
    hear_classes *c = calloc(1, sizeof *c);
    if (c) {
        c->first = calloc(info->n_labels + 1, sizeof c->first[0]);
        c->labels = calloc(info->n_labels, sizeof c->labels[0]);
    }
    hear_status s = HEAR_OK;
    if (!c || !c->first || !c->labels || !ch.away || !ch.members || !ch.order)
        s = hear_fail(err, HEAR_ERR_MEM, NULL);
    if (s == HEAR_OK)
        s = choose(c, info, &ch, only, without, err);
    free(ch.away);
    free(ch.members);
    free(ch.order);
    if (s != HEAR_OK) {
        hear_classes_destroy(c);
        return s;
    }
    c->seen = *model;
    c->seen.info.n_labels = c->n;
    c->seen.info.labels = c->labels;
    *out = c;
    return HEAR_OK;
}

void hear_classes_destroy(hear_classes *c)
{
    if (!c)
        return;
    free(c->first);
    free(c->member);
    free(c->labels);
    free(c);
}

const hear_model *hear_classes_model(const hear_classes *c)
{
    return &c->seen;
}

hear_window_result hear_classes_take(const hear_classes *c, const hear_window_result *r,
                                     float *probs)
{
    hear_window_result taken = *r;
    for (size_t k = 0; k < c->n; k++) {
        float most = r->probs[c->member[c->first[k]]];
        for (size_t i = c->first[k] + 1; i < c->first[k + 1]; i++)
            if (r->probs[c->member[i]] > most)
                most = r->probs[c->member[i]];
        probs[k] = most;
    }
    taken.n_labels = c->n;
    taken.probs = probs;
    return taken;
}
