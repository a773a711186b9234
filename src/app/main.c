/* main.c - the program: finds the sub-command and runs it. */
#include "config.h"

#include <stdio.h>

int main(void)
{
    puts("hearsay " PACKAGE_VERSION);
    return 0;
}
