#!/bin/sh
# screen.sh - what the display shows on a terminal (tmux): colours, help, pause, windows of any
# size, and that it comes back after a stop that nobody could see coming.
# shellcheck source=tests/cli/lib.sh
. "${srcdir:-.}/tests/cli/lib.sh"
# shellcheck source=tests/cli/terminal.sh
. "$srcdir/tests/cli/terminal.sh"
# shellcheck disable=SC2016 # the other shell's
listen='listen -m "$model" --input long.wav'
sound long.wav 16000 1 60 300 0 300 0 300 0 300 0 300 0 300 0 300 0 300 0 300 0 300 0
process() { pgrep -P "$(state pane_pid)"; }
coloured() { tm capture-pane -p -e | grep -q "$1"; }
esc=$(printf '\033')

type_line 'export TERM=tmux-256color'
run "$listen --hop 0.104"
wait_for 'drawn low'
for text in hearsay long.wav '16 kHz' peak dBFS '4k' now '00:0' 'latency .* ms' 'lost 0 s' \
    'skipped 0' 'cpu .* %' 'q quit'; do
    wait_for "drawn '$text'"
done
wait_for 'picture | grep -q ▀'
wait_for "coloured '${esc}\\[[0-9;]*38;5;'"
wait_for "coloured '${esc}\\[[0-9;]*48;5;'"

# the keys, and the true hop and window
tm send-keys '?'
wait_for 'drawn "pause the display"'
wait_for 'drawn "0.522 s"'
wait_for 'drawn "0.100 s"'
tm send-keys '?'
wait_for '! drawn "pause the display"'

# a pause stops the picture, not the sound
tm send-keys Space
wait_for 'drawn PAUSED'
picture >one
sleep 2
picture >two
n_checks=$((n_checks + 1))
cmp -s one two || complain "the picture moves while it is paused"
tm send-keys Space
wait_for '! drawn PAUSED'
n_checks=$((n_checks + 1))
picture >two
if cmp -s one two; then complain "the picture stands still after a pause"; fi

# windows: the most important stays
for size in 40x16 20x5 12x2 1x1 200x60 20x5; do
    tm resize-window -x "${size%x*}" -y "${size#*x}"
    sleep 0.4
done
wait_for 'picture | grep -qE "low|nothing" && picture | grep -q %'
tm resize-window -x 40 -y 16
wait_for 'drawn "q quit" && drawn ▀ && drawn "nothing .*%"'
tm resize-window -x 80 -y 24
wait_for 'drawn hearsay && drawn "q quit" && drawn now'

# stopped without a word, and gone on: drawn anew
kill -STOP "$(process)"
sleep 1
rm -f status after
type_line ''
type_line 'fg; echo $? >status; stty -g >after'
wait_for 'drawn hearsay && drawn "q quit" && drawn now'
tm send-keys q
over 0

# colours are left out where they are not wanted, and where there are none
# shellcheck disable=SC2016 # the other shell's
for setting in 'NO_COLOR=1' 'TERM=vt100 LC_ALL=C'; do
    last="hearsay with $setting"
    type_line "clear; $setting \"\$HEARSAY\" $listen"
    wait_for 'picture | grep -q "low .*%" && picture | grep -q now'
    n_checks=$((n_checks + 1))
    if coloured "${esc}\[[0-9;]*[34][0-8;]*m"; then complain "there are colours"; fi
    case $setting in *LC_ALL=C*)
        n_checks=$((n_checks + 1))
        if picture | LC_ALL=C grep -q '[^ -~]'; then complain "there is more than ASCII"; fi ;;
    esac
    tm send-keys q
    wait_for at_prompt
done
finish
