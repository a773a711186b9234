#!/bin/sh
# library.sh - the example in libhearsay(3), word for word, compiles without a warning and says what
# `hearsay classify` says. With INSTALLED=yes it is built with pkg-config on what is installed.
# shellcheck source=tests/cli/lib.sh
. "${srcdir:-.}/tests/cli/lib.sh"
: "${CC:=cc}" "${INSTALLED:=no}" "${TEST_CFLAGS:=}"

sed -n '/^\.Sh EXAMPLES/,/^\.Sh SEE/{/^\.Bd -literal/,/^\.Ed/{/^\./d;s/\\e/\\/g;p}}' \
    "$srcdir/man/libhearsay.3" >"$tmp/example.c"
if [ "$INSTALLED" = yes ]; then
    flags="$(pkg-config --cflags --libs hearsay) -Wl,-rpath,$(pkg-config --variable=libdir hearsay)"
else
    flags="-I$srcdir/include -L$builddir/.libs -lhearsay -Wl,-rpath,$builddir/.libs"
fi
# shellcheck disable=SC2086 # lists of words
$CC -std=c11 -Wall -Wextra -pedantic -Werror $TEST_CFLAGS "$tmp/example.c" $flags \
    -o "$tmp/example" || exit 1

sound in.s16 22050 1 5.3 300 900
last="the example"
: >"$tmp/out"
"$tmp/example" "$model" 22050 <"$tmp/in.s16" >"$tmp/ours" 2>"$tmp/err" || complain "it failed"
hear classify -m "$model" -f tsv --raw 22050:1:s16le "$tmp/in.s16"
expect_code 0
sed 1d "$tmp/out" | cut -f 2-5 >"$tmp/theirs"
[ -s "$tmp/theirs" ] || complain "no labels"
expect_same "$tmp/theirs" "$tmp/ours"

last="the example without a model"
"$tmp/example" "$tmp/none.onnx" 16000 </dev/null 2>"$tmp/err" && complain "it went on"
grep -q none.onnx "$tmp/err" || complain "it did not name the file"
finish
