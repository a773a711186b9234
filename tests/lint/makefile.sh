#!/bin/sh
# makefile.sh - Makefile.am names every file that we wrote, and its lists are whole: merges drop,
# double or orphan lines of lists without a conflict.
set -u
cd "${srcdir:-.}" || exit 99
bad=0

# one name a line
words=$(sed 's/#.*//; s/[\\=]/ /g' Makefile.am | tr -s '[:blank:]' '[\n*]')
for file in $(find src include tests man tools -type f ! -name '*.pb-c.[ch]' ! -path '*/.*' |
    grep -E '\.([ch]|inc|sh|py|[1-9])$'); do
    # a test is listed as its program
    printf '%s\n' "$words" | grep -qxF -e "$file" -e "${file%.c}" ||
        { echo "Makefile.am does not name $file"; bad=1; }
done

# a line of a list: a tab, names of files, perhaps a backslash
awk '
    /^\t[a-z]+\/[a-zA-Z_0-9\/.-]+( [a-z]+\/[a-zA-Z_0-9\/.-]+)*( \\)?$/ {
        if (before !~ /\\$/) {
            print "Makefile.am:" NR ": in no list: " $0
            bad = 1
        }
        for (i = 1; i <= NF; i++)
            if ($i != "\\" && seen[list, $i]++) {
                print "Makefile.am:" NR ": again in one list: " $i
                bad = 1
            }
    }
    /^[a-zA-Z_]+ *[+]?=/ {
        list = $1
        if (before ~ /\\$/) {
            print "Makefile.am:" NR ": inside of another list: " $0
            bad = 1
        }
    }
    { before = $0 }
    END { exit bad }' Makefile.am || bad=1
exit $bad
