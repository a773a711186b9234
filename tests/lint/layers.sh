#!/bin/sh
# layers.sh - a folder of src/ includes only those that CONTRIBUTING.md's table grants it, and a
# library's headers stay in the folders of the second table.
# shellcheck disable=SC2013 # names of files and headers have no blanks
set -u
cd "${srcdir:-.}" || exit 99
bad=0

# "| dsp | base |" of the table that starts with the given heading
table() {
    awk -F ' *[|] *' -v head="$1" '
        $2 == head { on = 1; next }
        on && !/^[|]/ { exit }
        on && $2 !~ /^-+$/ { gsub(/`/, ""); print $2 ":" $3 }' CONTRIBUTING.md
}

folders=$(table folder)
[ -n "$folders" ] || { echo "CONTRIBUTING.md has no table of folders"; exit 1; }

for dir in src/*/; do
    dir=${dir#src/} dir=${dir%/}
    allowed=$(printf '%s\n' "$folders" | sed -n "s/^$dir://p")
    [ -n "$allowed" ] || { echo "src/$dir is not in the table of folders"; bad=1; continue; }
    [ "$allowed" = all ] && continue
    for file in src/"$dir"/*.[ch]; do
        case $file in
        *.pb-c.[ch]) continue ;; # generated
        esac
        for header in $(sed -n 's/^ *# *include *"\([^"]*\)".*/\1/p' "$file"); do
            case " $allowed $dir hearsay " in
            *" ${header%%/*} "*) continue ;;
            esac
            [ "$header" = config.h ] && continue
            echo "$file includes $header: $dir may include only: $allowed"
            bad=1
        done
    done
done

for file in include/hearsay/*.h; do
    if sed -n 's/^ *# *include *"\([^"]*\)".*/\1/p' "$file" | grep -v '^hearsay/'; then
        echo "$file is public and includes what is not"
        bad=1
    fi
done

libraries=$(table header)
[ -n "$libraries" ] || { echo "CONTRIBUTING.md has no table of libraries' headers"; exit 1; }
for row in $libraries; do
    header=${row%%:*} place=${row#*:}
    for file in $(grep -rlE "^ *# *include *[<\"]${header}[>\"]" include src); do
        case $file in
        "$place"*) ;;
        *) echo "$file includes $header, which stays in $place"; bad=1 ;;
        esac
    done
done
exit $bad
