/* ogg.h - whether an Ogg file ends where its stream does. */
#ifndef IO_OGG_H
#define IO_OGG_H

#include <stdbool.h>

/* True where the last page of the file is not whole, or not the last of its stream by its header
 * (RFC 3533, section 6). The file's offset stays where it is. False where it cannot be read. */
bool hear_ogg_is_cut(int fd);
#endif
