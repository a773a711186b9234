#!/bin/sh
# clang.sh - clang has nothing to say on any source either.
set -u
: "${srcdir:=.}"
command -v clang >/dev/null || { echo "no clang here"; exit 77; }
bad=0
for file in $(find "$srcdir/src" "$srcdir/tests" "$srcdir/tools" src/nn -name '*.c' | sort -u); do
    # shellcheck disable=SC2086 # a list of words
    clang $ALL_CFLAGS -Werror -fsyntax-only "$file" || bad=1
done
exit $bad
