#!/bin/sh
# dist.sh - what is kept in git is in the release too.
set -u
: "${srcdir:=.}"
if ! command -v git >/dev/null || ! [ -e "${srcdir:-.}/.git" ]; then
    echo "no git here"
    exit 77
fi
# VPATH's files are listed with their folder or without
${MAKE:-make} -s --no-print-directory distfiles | sed "s,^$srcdir/,," | sort -u >dist.list
bad=0
for file in $(git -C "$srcdir" -c safe.directory='*' ls-files -- ':!.ci' ':!.gitignore'); do
    if [ -f "$srcdir/$file" ] && ! grep -qxF "$file" dist.list; then
        echo "$file is not in the release: name it in Makefile.am"
        bad=1
    fi
done
rm -f dist.list
exit $bad
