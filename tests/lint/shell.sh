#!/bin/sh
# shell.sh - shellcheck has nothing to say on any shell script.
set -u
cd "${srcdir:-.}" || exit 99
command -v shellcheck >/dev/null || { echo "no shellcheck here"; exit 77; }
for file in bootstrap .ci/* completion/* $(find tests tools -type f); do
    [ -f "$file" ] || continue
    case $(head -n 1 "$file" | tr -d '\0') in
    '#!/bin/sh'* | '#!/bin/bash'* | '#!/usr/bin/env bash'* | '# shellcheck shell='*) ;;
    *) continue ;;
    esac
    echo "$file"
    shellcheck -x "$file" || bad=1
done
exit "${bad:-0}"
