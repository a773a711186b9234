#!/bin/bash
# readme.sh - the commands of README, the models' cards and the documents are such as the program
# takes: sub-commands and options exist, words that an option chooses from are of its choice, and
# what of ./bootstrap stands there is in it.
set -u
cd "${srcdir:-.}" || exit 99
bad=0 n=0
tmp=$(mktemp -d) || exit 99
trap 'rm -rf "$tmp"' EXIT
complain() {
    echo "$*"
    bad=1
}

commands=$("$HEARSAY" --help | sed -n 's/^  \([a-z][a-z]*\)  *.*/\1/p')
for command in $commands; do
    "$HEARSAY" "$command" --help >"$tmp/$command"
done

# option COMMAND WORD: its line in the help, "--name ARGUMENT" in front
option() {
    case $2 in
    --*) sed -n "s/^ \{2,6\}\(-., \)\{0,1\}\(--${2#--}\)\( \|$\)/\2\3/p" "$tmp/$1" ;;
    *) sed -n "s/^ \{2,6\}$2, \(--\)/\1/p" "$tmp/$1" ;;
    esac
}

# check WHERE WORD...: the words behind "hearsay"
check() {
    where=$1
    shift
    n=$((n + 1))
    command=listen
    case ${1-} in
    '' | -*) ;;
    help) return ;;
    *)
        command=$1
        shift
        ;;
    esac
    [ -f "$tmp/$command" ] || {
        complain "$where: hearsay has no command '$command'"
        return
    }
    wanted=''
    for word in "$@"; do
        if [ -n "$wanted" ]; then
            case $wanted in
            *'|'*[A-Z]* | *[A-Z]*'|'*) ;;
            *'|'*) [[ "|$wanted|" = *"|$word|"* ]] || complain "$where: '$word' is none of $wanted" ;;
            esac
            wanted=''
            continue
        fi
        case $word in
        -?*)
            line=$(option "$command" "${word%%=*}")
            [ -n "$line" ] || complain "$where: hearsay $command has no option $word"
            case $line in
            '--'*' '[!\ ]*) [[ $word = *=* || ${line#* } = ' '* ]] ||
                { wanted=${line#* } && wanted=${wanted%% *}; } ;;
            esac
            ;;
        esac
    done
    [ -z "$wanted" ] || complain "$where: $wanted is missing"
}

for file in README.md CHANGELOG.md models/*.md docs/*.md; do
    [ -f "$file" ] || continue
    # in blocks the lines, in text what stands in `…`; without what is behind a pipe or a redirection
    awk -v file="$file" '
        /^```/ { block = !block; next }
        block { print file ":" NR "\t" $0; next }
        { line = $0
          while (match(line, /`[^`]*`/)) {
              print file ":" NR "\t" substr(line, RSTART + 1, RLENGTH - 2)
              line = substr(line, RSTART + RLENGTH)
          } }' "$file"
done >"$tmp/lines"
while IFS=$'\t' read -r where line; do
    line=${line#\$ }
    line=${line%%  #*}
    case $line in
    ./bootstrap*)
        read -ra words <<<"$line"
        [ ${#words[@]} -lt 2 ] || grep -q "^${words[1]} \?|\|^run | check)" bootstrap ||
            complain "$where: bootstrap has no '${words[1]}'"
        ;;
    hearsay | hearsay\ *)
        line=${line%%[|<>&;]*}
        # an ellipsis and what is in brackets stand for something else
        case $line in *…* | *...* | *\[*) continue ;; esac
        read -ra words <<<"$line"
        check "$where" "${words[@]:1}"
        ;;
    esac
done <"$tmp/lines"

# what a newcomer types first
awk '/^```/ { block = !block; next } block' README.md | sed 's/  .*//' | head -n 2 >"$tmp/first"
printf './bootstrap run\n./bootstrap check\n' | cmp -s - "$tmp/first" ||
    complain "README.md: its first two commands are not ./bootstrap run and ./bootstrap check"
for word in run check; do
    grep -q "^$word()" bootstrap || complain "bootstrap has no $word"
done
[ $n -ge 10 ] || complain "only $n commands of hearsay were found"
exit $bad
