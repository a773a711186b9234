#!/bin/sh
# format.sh - clang-format would change nothing. Only its version 14 is asked: others differ.
set -u
cd "${srcdir:-.}" || exit 99
for clang_format in clang-format clang-format-14 ''; do
    [ -n "$clang_format" ] || { echo "no clang-format 14 here"; exit 77; }
    "$clang_format" --version 2>/dev/null | grep -q 'version 14\.' && break
done
find include src tests tools -name '*.[ch]' ! -name '*.pb-c.[ch]' -exec \
    "$clang_format" --dry-run -Werror {} +
