/* read_labels.h - labels from a file: one a line, or AudioSet's table of its classes. */
#ifndef APP_READ_LABELS_H
#define APP_READ_LABELS_H

#include "hearsay/status.h"

#include <stddef.h>

typedef struct {
    size_t n;
    char **label; /* [n] */
} hear_label_list;

/* One label a line; blanks around it and empty lines at the end do not count. A file whose first
 * line is "index,mid,display_name" (AudioSet's class_labels_indices.csv, yamnet_class_map.csv) has
 * them in its third column. One that no model may have, or that is there already, is refused.
 * Errors: as hear_file_read's, HEAR_ERR_DATA (err says which line), HEAR_ERR_MEM. On failure the
 * list is empty. */
HEAR_MUST_CHECK hear_status hear_read_labels(hear_label_list *list, const char *path,
                                             hear_error *err);
/* The same of a text of n bytes, which is changed. */
HEAR_MUST_CHECK hear_status hear_parse_labels(hear_label_list *list, char *text, size_t n,
                                              hear_error *err);
void hear_label_list_clear(hear_label_list *list);
#endif
