#!/bin/sh
# display.sh - the display on a terminal (tmux): drawn, and the terminal whole again after each way
# out.
# shellcheck disable=SC2317 # functions that wait_for calls
# shellcheck source=tests/cli/lib.sh
. "${srcdir:-.}/tests/cli/lib.sh"
command -v tmux >/dev/null || { echo "no tmux here"; exit 77; }
unset TMUX TERM
sound long.wav 16000 1 60 300
sound short.wav 16000 1 1.2 300
cd "$tmp" || exit 99
: >out
: >err

# a shell of its own, with job control, whose prompt is nobody else's
export LC_ALL=C.UTF-8 HEARSAY model HISTFILE=
tm() { tmux -L "hearsay-$$" -f /dev/null "$@"; }
trap 'tm kill-server 2>/dev/null; rm -rf "$tmp"' EXIT
last="tmux"
tm new-session -d -x 80 -y 24 "bash --norc --noprofile -i" || { echo "tmux does not start"; exit 77; }

picture() { tm capture-pane -p; }
state() { tm display-message -p "#{$1}"; }
type_line() { tm send-keys -l "$1" && tm send-keys Enter; }

# wait_for COMMAND: at most ten seconds
wait_for() {
    n_checks=$((n_checks + 1))
    for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
        if eval "$1"; then return 0; fi
        sleep 0.5
    done
    picture >out
    complain "not within ten seconds: $1"
    return 1
}
drawn() { [ "$(state alternate_on)" = 1 ] && picture | grep -q "$1"; }
not_drawn() { [ "$(state alternate_on)" = 0 ]; }
at_prompt() { not_drawn && picture | grep -v '^$' | tail -n 1 | grep -q '^ready\$ *$'; }

# run WORDS: starts hearsay; `status` and `after` are there once it is over
run() {
    rm -f status after
    last="hearsay $1, on a terminal"
    # shellcheck disable=SC2016 # the other shell's
    type_line 'clear; stty -g >before; "$HEARSAY" '"$1"'; echo $? >status; stty -g >after'
}

# over CODE: it has ended so, and the terminal is as it was
over() {
    wait_for '[ -s after ]' || return
    wait_for at_prompt
    n_checks=$((n_checks + 2))
    [ "$(cat status)" -eq "$1" ] || complain "exit code $(cat status), expected $1"
    cmp -s before after || complain "the terminal's modes are $(cat after), were $(cat before)"
    [ "$(state cursor_flag)" = 1 ] || complain "the cursor is hidden"
    [ "$(state mouse_any_flag)" = 0 ] || complain "the mouse is taken"
}
# shellcheck disable=SC2016 # the other shell's
listen='listen -m "$model" --input'

# the trap keeps Ctrl-C from ending the rest of a line
type_line "trap : INT; PS1='ready\$ '"
wait_for at_prompt
run "$listen long.wav"
wait_for 'drawn long.wav'
wait_for 'drawn low'
tm resize-window -x 20 -y 5
sleep 1
wait_for 'drawn .'
tm resize-window -x 80 -y 24
wait_for 'drawn long.wav'
tm send-keys q
over 0

run "$listen long.wav"
wait_for 'drawn low'
tm send-keys C-c
over 130

run "$listen long.wav"
wait_for 'drawn low'
tm send-keys C-z
wait_for 'at_prompt'
wait_for 'picture | grep -q Stopped'
type_line fg
wait_for 'drawn low'
tm send-keys q
wait_for at_prompt

for number in TERM:143 HUP:129 SEGV:139 ABRT:134 QUIT:131; do
    run "$listen long.wav"
    wait_for 'drawn low'
    kill -"${number%:*}" "$(pgrep -P "$(state pane_pid)")"
    over "${number#*:}"
done

# the end of a recording stays to be looked at
run "$listen short.wav"
wait_for 'drawn low'
sleep 2
wait_for 'drawn low'
tm send-keys q
over 0

# labels go their own way, whole, while the display draws
run "--display -f tsv -m \"\$model\" --input short.wav >labels.tsv"
wait_for 'drawn low'
sleep 1
tm send-keys q
over 0
"$HEARSAY" classify -m "$model" short.wav >wanted.tsv
expect_same wanted.tsv labels.tsv

# a reader that does not read holds up neither the display nor the end
mkfifo blocked
exec 9<>blocked
head -c 65536 /dev/zero >&9 # as much as it takes
run "--display -f jsonl --hop 0.05 -m \"\$model\" --input long.wav >blocked"
wait_for 'drawn low'
tm send-keys q
over 74
picture | grep -q 'hearsay: standard output: ' || complain "nothing is said of the lost labels"
exec 9>&-

# where drawing is not asked for or cannot be: lines
run "$listen short.wav -f text"
over 0
picture | grep -q '0\.000 .*low' || complain "no lines"
type_line 'export TERM=dumb'
run "$listen short.wav"
over 0
picture | grep -q '0\.000 .*low' || complain "no lines on a dumb terminal"
run "--display -f tsv -m \"\$model\" --input short.wav"
over 64
type_line 'export TERM=nonesuch'
run "--display -m \"\$model\" --input short.wav"
over 74
finish
