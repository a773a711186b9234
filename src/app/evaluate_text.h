/* evaluate_text.h - evaluations on standard output: as tables, and as JSON. */
#ifndef APP_EVALUATE_TEXT_H
#define APP_EVALUATE_TEXT_H

#include "train/page.h"

/* by: "label", "group" or "source". */
void hear_evaluate_text(const hear_page *page, const char *by);
void hear_evaluate_jsonl(const hear_page *page); /* one object a model, one line each */
#endif
