/* arch.h - the architectures that hearsay trains: each a function that builds a graph, and the
 * front end and settings that go with it.
 *
 * Of every graph: one input "frames" [N, …, window, width] (the layout may turn these), a value
 * "logits" [N, n_labels] (or [N, 1] for sigmoid) before softmax or sigmoid, an output "probs" [N,
 * n_labels]; a forest has no "logits". What stands before a value "features" [N, …, n] has nothing
 * to learn; then "features" is followed by the constants fixed.mean and fixed.scale [n], which
 * hear_arch_standardise sets from the training data. To add one: a function, and a line in arch.c's
 * table. */
#ifndef TRAIN_ARCH_H
#define TRAIN_ARCH_H

#include "stream/model_info.h"
#include "train/groups.h"
#include "train/init.h"
#include "train/matrix.h"
#include "train/net.h"

#define HEAR_MAX_HIDDEN 8

/* What a user may choose. 0 or NULL takes the architecture's own. */
typedef struct {
    size_t n_labels;
    size_t n_hidden; /* 0 .. HEAR_MAX_HIDDEN */
    size_t hidden[HEAR_MAX_HIDDEN];
    const char *activation;    /* "tanh", "relu", "leaky_relu", "sigmoid" */
    const char *input;         /* "stats", "flat", "descriptors" */
    double c;                  /* solved to convergence with this C; 0 goes down the gradient */
    bool l1;                   /* … with the L1 penalty instead of L2's */
    size_t n_trees, depth;     /* of a forest */
    double dropout;            /* negative: the architecture's */
    bool sigmoid;              /* one unit for two labels */
    const hear_groups *groups; /* of hear_arch_groups; each of the labels belongs to one */
    char *const *labels;       /* [n_labels], there where groups are */
} hear_arch_options;

/* What an architecture is trained with unless told otherwise. */
typedef struct {
    hear_frontend_config frontend;
    hear_layout layout; /* of the input's last two dimensions */
    double window_s, hop_s;
    const char *augment; /* set of hear_augment_parse */
    size_t epochs, batch, patience;
    double lr, weight_decay, smoothing, averaging;
} hear_arch_settings;

/* For what learns from all windows at once. */
typedef struct {
    const hear_arch_options *options;
    const hear_matrix *matrix;
    char *const *labels;
    uint64_t seed;
    hear_pool *pool;
    bool (*stop)(void *user); /* may be NULL */
    void *user;
} hear_fit;

typedef struct {
    bool solved, converged;
    size_t n_steps;
    double objective;
    size_t n_out_of_bag, n_out_of_bag_right; /* windows; 0 where there is no such thing */
} hear_fit_result;

typedef struct {
    const char *name, *summary;
    const char *input; /* the default of options.input; NULL where there is no choice */
    size_t max_hidden; /* layers of options.hidden that it takes, 0 .. HEAR_MAX_HIDDEN */
    bool takes_c, takes_trees;
    /* Sets what graph has to learn, from rows of the value fit_value. NULL where it learns by
     * gradients, as it does where takes_c and options.c is 0. Errors: HEAR_ERR_ARG, HEAR_ERR_MEM,
     * HEAR_ERR_INTERRUPTED. */
    hear_status (*fit)(hear_graph *graph, const hear_fit *fit, hear_fit_result *result,
                       hear_error *err);
    const char *fit_value;
    void (*settings)(hear_arch_settings *s);
    /* window and width: of the input. */
    void (*build)(hear_net *n, const hear_arch_options *options, size_t window, size_t width);
    /* The part behind "features" [N, count], for those of another network (transfer.h); NULL where
     * there is none. */
    void (*head)(hear_net *n, const hear_arch_options *options, size_t features, size_t count);
} hear_arch;

size_t hear_arch_count(void);
const hear_arch *hear_arch_at(size_t i);
const hear_arch *hear_arch_find(const char *name); /* NULL where there is none */

/* The architecture's settings with these options. */
void hear_arch_settings_of(const hear_arch *arch, const hear_arch_options *options,
                           hear_arch_settings *s);
/* Whether it learns by arch->fit. */
bool hear_arch_fits(const hear_arch *arch, const hear_arch_options *options);

/* Whether arch takes these options; n_labels 0 is not known yet. Errors: HEAR_ERR_ARG, err says
 * what is wrong. */
HEAR_MUST_CHECK hear_status hear_arch_check(const hear_arch *arch, const hear_arch_options *options,
                                            hear_error *err);
/* The untrained graph. Errors: HEAR_ERR_ARG (an option; err says which), HEAR_ERR_MEM. On failure
 * *out is NULL. */
HEAR_MUST_CHECK hear_status hear_arch_build(hear_graph **out, const hear_arch *arch,
                                            const hear_arch_options *options, size_t window,
                                            size_t width, hear_error *err);
/* He's for the ReLU family, Xavier's for tanh and sigmoid. */
hear_init hear_arch_init(const hear_arch_options *options);

/* Sets fixed.mean and fixed.scale, so that features of that mean and deviation [n] come out with
 * mean 0 and deviation 1. Errors: HEAR_ERR_ARG (the graph has none, or not of that size). */
HEAR_MUST_CHECK hear_status hear_arch_standardise(hear_graph *g, const double *mean,
                                                  const double *deviation, size_t n);

/* For architectures: from "features" [N, …, n] on, standardised. */
size_t hear_arch_standardised(hear_net *n, size_t features, size_t count);
size_t hear_arch_activation(hear_net *n, const hear_arch_options *o, const char *name, size_t x);
/* The input "frames" and, by an input's name, "features" [N, *count]. */
size_t hear_arch_features(hear_net *n, const char *input, size_t window, size_t width,
                          size_t *count);
void hear_arch_dense_settings(hear_arch_settings *s); /* of logreg, mlp and forest */
/* x [N, n_in]: a dense layer to "logits", and "probs" behind it. */
void hear_arch_head(hear_net *n, const hear_arch_options *o, size_t x, size_t n_in);

extern const hear_arch hear_arch_cnn;
extern const hear_arch hear_arch_cnn3;
extern const hear_arch hear_arch_cnn5;
extern const hear_arch hear_arch_forest;
extern const hear_arch hear_arch_further; /* not in the table: another network's own, transfer.h */
extern const hear_arch hear_arch_groups;  /* not in the table: logreg with groups */
extern const hear_arch hear_arch_logreg;
extern const hear_arch hear_arch_mlp;
extern const hear_arch hear_arch_rnn;
extern const hear_arch hear_arch_wavenet;
#endif
