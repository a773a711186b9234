/* png.h - small pictures as PNG, without compression, for what is embedded in a page or chart. */
#ifndef TRAIN_PNG_H
#define TRAIN_PNG_H

#include <stddef.h>

/* black, violet, red, yellow, white for 0 .. 1: dark is quiet. rgb: [3] */
void hear_heat(float x, unsigned char *rgb);

/* Bytes of a picture; width and height 1 .. 16384. */
size_t hear_png_size(size_t width, size_t height);
/* out: [hear_png_size]; rgb: [height][width][3], the top row first. */
void hear_png_write(unsigned char *out, const unsigned char *rgb, size_t width, size_t height);
#endif
