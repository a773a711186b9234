/* rnn.h - what GRU and LSTM share: directions, layouts, sequences of different length.
 *
 * Inputs X [steps][batch][in], W [dirs][gates hidden][in], R [dirs][gates hidden][hidden],
 * B [dirs][2 gates hidden]; with layout 1 the batch comes first. `row` counts X's (step, batch)
 * pairs as they lie in memory. A direction's steps s = 0 .. steps - 1 are in its own order of time.
 */
#ifndef NN_RNN_H
#define NN_RNN_H

#include "nn/op.h"

typedef struct {
    size_t steps, batch, in, hidden, dirs, gates;
    bool by_batch;           /* layout 1 */
    bool reverse;            /* the one direction goes backwards */
    hear_act_kind act[2][3]; /* by direction: SIGMOID, TANH or RELU */
    float clip;              /* of what goes into an activation; 0: none */
    size_t lens, first_h;    /* numbers of the inputs sequence_lens and initial_h */
} hear_rnn;

/* What one direction remembers; all of it in one piece of memory. */
typedef struct {
    float *gate; /* [row][gates][hidden], after their activations */
    float *h;    /* [steps + 1][batch][hidden]: before step s */
    float *c;    /* [steps + 1][batch][hidden], LSTM */
    float *q;    /* [row][hidden], GRU: the recurrent part of the new gate */
} hear_rnn_memory;

/* acts: the default activations, n_acts a direction. Checks everything but the operator's own
 * attributes; sets the outputs Y and Y_h. Errors: HEAR_ERR_MODEL with err set. */
HEAR_MUST_CHECK hear_status hear_rnn_read(hear_rnn *r, hear_call *c, size_t gates,
                                          const hear_act_kind *acts, size_t n_acts,
                                          hear_error *err);
/* Input j, where there is one, must be [dirs][batch][hidden] in the layout's order. */
HEAR_MUST_CHECK hear_status hear_rnn_check_first(const hear_rnn *r, const hear_call *c, size_t j,
                                                 hear_error *err);
hear_shape hear_rnn_last_shape(const hear_rnn *r); /* of Y_h and Y_c */

/* Numbers of float in a direction's memory. */
size_t hear_rnn_memory_size(const hear_rnn *r, bool has_c, bool has_q);
hear_rnn_memory hear_rnn_memory_at(const hear_rnn *r, float *at, bool has_c, bool has_q);

/* Where step s of direction d lies for member b: false where its sequence is over. */
bool hear_rnn_row(const hear_rnn *r, const hear_call *c, size_t d, size_t s, size_t b, size_t *row);
size_t hear_rnn_y(const hear_rnn *r, size_t d, size_t row);  /* number of Y's first element */
size_t hear_rnn_last(const hear_rnn *r, size_t d, size_t b); /* … of Y_h's, initial_h's */
void hear_rnn_copy_first(const hear_rnn *r, const hear_call *c, size_t j, size_t d, float *to);
void hear_rnn_copy_last(const hear_rnn *r, hear_call *c, size_t i, size_t d, const float *from);

/* gate = X W^T + bias [gates][hidden] for all rows of direction d. */
void hear_rnn_project(const hear_rnn *r, hear_call *c, size_t d, const float *bias, float *gate);
/* The way back of hear_rnn_project: adds to the gradients of X and W; dgate as gate. */
void hear_rnn_project_back(const hear_rnn *r, hear_call *c, size_t d, const float *dgate);

float hear_rnn_clip(const hear_rnn *r, float x);
float hear_rnn_act(hear_act_kind kind, float x);
float hear_rnn_slope(hear_act_kind kind, float y); /* at output y */
#endif
