#!/bin/sh
# text.sh - what the eye should not have to look for in sources: lengths, first lines, stray blanks,
# and calls that this code does without.
set -u
cd "${srcdir:-.}" || exit 99
LC_ALL=C.UTF-8 # columns are characters
export LC_ALL
bad=0
sources=$(find include src tests tools -name '*.[ch]' ! -name '*.pb-c.[ch]' | sort)

# deny WHAT PATTERN FILE...: no line of the files may match
deny() {
    what=$1 pattern=$2
    shift 2
    if grep -nE -- "$pattern" "$@" /dev/null; then
        echo "^ $what"
        bad=1
    fi
}

for file in $sources; do
    lines=$(wc -l <"$file")
    [ "$lines" -le 600 ] || { echo "$file: $lines lines; 600 are the most"; bad=1; }
    case $(head -n 1 "$file") in
    "/* ${file##*/} - "*) ;;
    *) echo "$file: the first line is not '/* ${file##*/} - …'"; bad=1 ;;
    esac
    [ -z "$(tail -c 1 "$file")" ] || { echo "$file: no line break at the end"; bad=1; }
done

# shellcheck disable=SC2046,SC2086 # names of files have no blanks
{
    deny "lines end at column 100" '^.{101}' $sources
    deny "four spaces, and none at the end" '	| $' $sources
    deny "no bounds" '\<(strcpy|strcat|sprintf|vsprintf|gets|strtok|alloca)\(' $sources
    deny "no errors" '\<(atoi|atol|atof)\(' $sources
    deny "threads share C11 atomics" '\<volatile\>' \
        $(printf '%s\n' $sources | grep '^src/' | grep -v '^src/app/')
    deny "finish it" '\<(TODO|FIXME|XXX|HACK)\>' $sources
    # what a library may not do: only src/app prints or ends the program
    deny "only src/app prints or exits" '\<(printf|puts|putchar|perror|exit|_exit)\(|[(,] *(stdout|stderr)\>' \
        $(printf '%s\n' $sources | grep '^src/' | grep -v '^src/app/')
}
exit $bad
