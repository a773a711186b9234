/* card.h - what a model file tells of itself: the command that made it, the data, their licences,
 * the splits and the scores. */
#ifndef TRAIN_CARD_H
#define TRAIN_CARD_H

#include "train/judge.h"

typedef struct {
    const char *command;      /* one line, the data's folder as $DATA */
    const hear_dataset *data; /* as it was used: unreadable ones are told from sounds */
    const hear_sounds *sounds;
    const char *splits; /* how they came about, a sentence */
    bool interrupted;
    const hear_judgement *valid, *test; /* NULL where there is none */
} hear_card;

/* Lines of text, the same for the same card; freed with free(). NULL where memory runs out. */
char *hear_card_write(const hear_card *card);
#endif
