#!/bin/sh
# symbols.sh - libhearsay.so exports just what the public headers declare with HEAR_API, all names
# there start with hear_ or HEAR_, and no sound device, screen or sound file library comes with it.
set -u
build=$PWD
cd "${srcdir:-.}" || exit 99
bad=0

# the public headers without comments, on one line
text=$(cat include/hearsay/*.h | tr '\n' '\001' | sed 's,/\*[^*]*\*\+\([^/*][^*]*\*\+\)*/,,g' |
    tr '\001' '\n')
words=$(printf '%s\n' "$text" | sed '/^ *# *\(if\|else\|endif\|include\)/d; s/"[^"]*"//g' |
    grep -oE '\b[A-Z][A-Z0-9_]+\b' | sort -u | grep -vE '^HEAR(SAY)?_')
[ -z "$words" ] || { echo "public names without HEAR_: $words"; bad=1; }
types=$(printf '%s\n' "$text" | sed -n 's/^} *\([A-Za-z_0-9]*\);.*/\1/p' | grep -v '^hear_')
[ -z "$types" ] || { echo "public types without hear_: $types"; bad=1; }

declared=$(printf '%s\n' "$text" | sed '/^ *#/d' | tr '\n' ' ' |
    grep -oE 'HEAR_API [^();]*\(' | sed 's/ *($//; s/.*[ *]//' | sort -u)
lib=$build/.libs/libhearsay.so
[ -e "$lib" ] || { echo "there is no $lib"; exit 1; }
exported=$(${NM:-nm} -D --defined-only "$lib" | awk '{ print $NF }' | sed 's/@.*//' |
    grep -vE '^(_init|_fini|_edata|_end|__bss_start)$' | sort -u)
# sanitizers and gcov bring names of their own
[ -z "${TEST_CFLAGS#" "}" ] || exported=$(printf '%s\n' "$exported" | grep '^hear_')
for name in $exported; do
    printf '%s\n' "$declared" | grep -qx "$name" ||
        { echo "libhearsay exports $name, which no public header declares"; bad=1; }
done
for name in $declared; do
    printf '%s\n' "$exported" | grep -qx "$name" ||
        { echo "$name is declared in a public header, and libhearsay lacks it"; bad=1; }
done

needed=$(readelf -d "$lib" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p')
if printf '%s\n' "$needed" | grep -E 'portaudio|curses|tinfo|sndfile|asound|curl|cairo'; then
    echo "libhearsay must not depend on it"
    bad=1
fi
exit $bad
