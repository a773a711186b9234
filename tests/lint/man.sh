#!/bin/sh
# man.sh - mandoc has nothing to say on any manual page, and each page has what a page must have.
set -u
cd "${srcdir:-.}" || exit 99
command -v mandoc >/dev/null || { echo "no mandoc here"; exit 77; }
bad=0
for page in man/*.[1-9]; do
    mandoc -Tlint -W warning "$page" || bad=1
    case $page in
    *.1) sections="NAME SYNOPSIS DESCRIPTION EXIT.STATUS EXAMPLES SEE.ALSO" ;;
    *) sections="NAME DESCRIPTION SEE.ALSO" ;;
    esac
    for section in $sections; do
        grep -q "^\.Sh $section\$" "$page" || { echo "$page: no .Sh $section"; bad=1; }
    done
    # shellcheck disable=SC2013 # names have no blanks
    for other in $(sed -n 's/^\.Xr \(hearsay[a-z-]*\) \([0-9]\).*/\1.\2/p' "$page"); do
        [ -e "man/$other" ] || { echo "$page: there is no $other"; bad=1; }
    done
done
exit $bad
