#!/bin/sh
# headers.sh - every header compiles alone; the public ones also as strict C11 and as C++.
set -u
build=$PWD
cd "${srcdir:-.}" || exit 99
: "${CC:=cc}"
bad=0

# compile LANGUAGE FLAGS HEADER
compile() {
    # twice: a header without a guard fails
    # shellcheck disable=SC2086 # CC and the flags are lists of words
    printf '#include "%s"\n#include "%s"\n' "$3" "$3" |
        $CC -x "$1" $2 -Wall -Wextra -Werror -fsyntax-only -Iinclude -Isrc -I"$build" -I"$build/src" -
}

for file in include/hearsay/*.h; do
    header=${file#include/}
    compile c "-std=c11 -pedantic" "$header" || bad=1
done
for file in src/*/*.h; do
    compile c "-std=gnu11" "${file#src/}" || bad=1
done

if compile c++ -std=c++11 stddef.h 2>/dev/null; then
    for file in include/hearsay/*.h; do
        header=${file#include/}
        compile c++ "-std=c++11 -pedantic" "$header" || bad=1
    done
else
    echo "no C++ compiler here: not tried as C++"
fi
exit $bad
