/* unread.c - see unread.h. */
#include "config.h"

#include "app/unread.h"

#include "app/report.h"
#include "base/error.h"
#include "base/mem.h"
#include "base/text.h"

#include <stdlib.h>

static void tell(const char *path, const char *why)
{
    hear_report_text(HEAR_ERR_DATA, path, "%s, left out", why);
}

void hear_unread_add(hear_unread *u, const char *path, const hear_error *err)
{
    u->n++;
    if (!hear_grow(&u->kept, &u->room, u->n_kept, sizeof *u->kept)) {
        tell(path, hear_error_text(err));
        return;
    }
    u->kept[u->n_kept].path = hear_strdup(path);
    u->kept[u->n_kept++].why = hear_strdup(hear_error_text(err));
}

int hear_unread_tell(hear_unread *u)
{
    const int code = u->n ? HEAR_EXIT_DATA : HEAR_EXIT_OK;
    for (size_t i = 0; i < u->n_kept; i++) {
        tell(u->kept[i].path ? u->kept[i].path : "", u->kept[i].why ? u->kept[i].why : "");
        free(u->kept[i].path);
        free(u->kept[i].why);
    }
    free(u->kept);
    *u = (hear_unread){ 0 };
    return code;
}
