/* read_labels.c - see read_labels.h. */
#include "config.h"

#include "app/read_labels.h"

#include "base/error.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "hearsay/event.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_BYTES = 4 << 20 };

static char *trim(char *text)
{
    size_t n = strlen(text);
    while (n > 0 && strchr(" \t\r", text[n - 1]))
        text[--n] = '\0';
    return text + strspn(text, " \t");
}

/* The third of "0,/m/09x0r,Speech" or of "0,/m/x,""Child, speech"""; in place. NULL where there is
 * none. */
static char *third_column(char *line)
{
    for (int i = 0; i < 2; i++) {
        line = strchr(line, ',');
        if (!line)
            return NULL;
        line++;
    }
    if (*line != '"')
        return line;
    char *to = line;
    const char *from = line + 1;
    while (*from && (*from != '"' || from[1] == '"')) {
        from += *from == '"';
        *to++ = *from++;
    }
    if (*from != '"')
        return NULL;
    *to = '\0';
    return line;
}

static hear_status add(hear_label_list *list, size_t *room, size_t line, const char *label,
                       hear_error *err)
{
    if (list->n == HEAR_MAX_CLASSES)
        return hear_fail(err, HEAR_ERR_DATA, "more than %d labels", HEAR_MAX_CLASSES);
    const char *const fault = hear_label_fault(label);
    if (fault)
        return hear_fail(err, HEAR_ERR_DATA, "line %zu: label '%.40s' %s", line, label, fault);
    for (size_t i = 0; i < list->n; i++)
        if (strcmp(list->label[i], label) == 0)
            return hear_fail(err, HEAR_ERR_DATA, "line %zu: label '%s' stands there twice", line,
                             label);
    if (!hear_grow(&list->label, room, list->n, sizeof list->label[0]) ||
        !(list->label[list->n] = hear_strdup(label)))
        return hear_fail(err, HEAR_ERR_MEM, NULL);
    list->n++;
    return HEAR_OK;
}

hear_status hear_parse_labels(hear_label_list *list, char *text, size_t n, hear_error *err)
{
    *list = (hear_label_list){ 0 };
    hear_status s = HEAR_OK;
    if (memchr(text, '\0', n))
        return hear_fail(err, HEAR_ERR_DATA, "is no text");
    while (n > 0 && strchr(" \t\r\n", text[n - 1]))
        text[--n] = '\0';
    if (strncmp(text, "\xef\xbb\xbf", 3) == 0) /* the mark that some editors put in front */
        text += 3;
    bool table = false;
    size_t room = 0, number = 1;
    for (char *line; s == HEAR_OK && (line = strsep(&text, "\n")) != NULL; number++) {
        line = trim(line);
        if (number == 1 && strcmp(line, "index,mid,display_name") == 0) {
            table = true;
            continue;
        }
        const char *const label = table ? third_column(line) : line;
        if (label && *label)
            s = add(list, &room, number, label, err);
        else
            s = hear_fail(err, HEAR_ERR_DATA, "line %zu: no label", number);
    }
    if (s != HEAR_OK)
        hear_label_list_clear(list);
    return s;
}

hear_status hear_read_labels(hear_label_list *list, const char *path, hear_error *err)
{
    char *text;
    size_t n;
    *list = (hear_label_list){ 0 };
    hear_status s = hear_file_read(path, MAX_BYTES, &text, &n, err);
    if (s == HEAR_OK) {
        s = hear_parse_labels(list, text, n, err);
        free(text);
    }
    return s;
}

void hear_label_list_clear(hear_label_list *list)
{
    for (size_t i = 0; i < list->n; i++)
        free(list->label[i]);
    free(list->label);
    *list = (hear_label_list){ 0 };
}
