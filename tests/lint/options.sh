#!/bin/bash
# options.sh - what --help shows is in the manual pages and offered by the completions, and what the
# manual pages show is in --help.
set -u
cd "${srcdir:-.}" || exit 99
bad=0
complain() {
    echo "$*"
    bad=1
}
PATH=$(dirname "$HEARSAY"):$PATH
# shellcheck source=/dev/null
. completion/hearsay

# complete_line WORD...: what bash would offer for the last word
complete_line() {
    COMP_WORDS=("$@")
    COMP_CWORD=$(($# - 1))
    COMPREPLY=()
    _hearsay
}
offered() { printf '%s\n' "${COMPREPLY[@]}" | grep -qxF -e "$1"; }

commands=$(hearsay --help | sed -n 's/^  \([a-z][a-z]*\)  *.*/\1/p')
[ -n "$commands" ] || complain "hearsay --help shows no commands"
for command in $commands; do
    complete_line hearsay ""
    offered "$command" || complain "completion does not offer $command"
done
for command in $commands; do
    grep -q "^\.It Cm $command" man/hearsay.1 || complain "man/hearsay.1 lacks $command"
    help=$(hearsay "$command" --help) || complain "hearsay $command --help fails"
    longest=$(printf '%s\n' "$help" | awk '{ print length }' | sort -n | tail -n 1)
    [ "$longest" -le 80 ] || complain "hearsay $command --help: $longest columns"
    pages=$(find man -name "hearsay-$command*.1")
    [ -n "$pages" ] || { complain "there is no man/hearsay-$command.1"; continue; }

    options=$(printf '%s\n' "$help" |
        sed -n 's/^ \{2,6\}\(-., \)\{0,1\}--\([A-Za-z-]*\).*/\2/p')
    for option in $(printf '%s\n' "$help" |
        sed -n 's/^ \{2,6\}\(-., \)\{0,1\}--\([A-Za-z-]*\) \([a-z]\{1,\}\)|.*/\2:\3/p'); do
        complete_line hearsay "$command" "--${option%:*}" "" # "--format text|tsv": text
        offered "${option#*:}" || complain "completion of --${option%:*} does not offer ${option#*:}"
    done
    complete_line hearsay "$command" -
    for option in $options; do
        # shellcheck disable=SC2086 # a list of names
        grep -q "^\.It .*Fl \\\\-$option\\>" $pages || complain "$pages: lacks --$option"
        offered "--$option" || complain "completion of $command does not offer --$option"
    done
    # shellcheck disable=SC2013,SC2086 # names have no blanks
    for option in $(sed -n 's/^\.It .*Fl \\-\([A-Za-z-]*\).*/\1/p' $pages | sort -u); do
        printf '%s\n' "$options" | grep -qx "$option" ||
            complain "$pages: --$option is not in hearsay $command --help"
    done
done
home=$(mktemp -d) || exit 99
mkdir -p "$home/hearsay/models"
: >"$home/hearsay/models/own.onnx"
XDG_DATA_HOME=$home complete_line hearsay listen -m ""
offered own || complain "completion of -m does not offer the user's models"
rm -r "$home"
if [ -e "$(dirname "$HEARSAY")/models/everyday.onnx" ]; then
    offered everyday || complain "completion of -m does not offer the models beside the program"
fi
complete_line hearsay fetch ""
offered yamnet || complain "completion of fetch does not offer yamnet"
exit $bad
