#!/bin/sh
# display.sh - the display on a terminal (tmux): drawn, and the terminal whole again after each way
# out.
# shellcheck source=tests/cli/lib.sh
. "${srcdir:-.}/tests/cli/lib.sh"
# shellcheck source=tests/cli/terminal.sh
. "$srcdir/tests/cli/terminal.sh"
sound long.wav 16000 1 60 300
sound short.wav 16000 1 1.2 300
# shellcheck disable=SC2016 # the other shell's
listen='listen -m "$model" --input'

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
run "$listen short.wav 2>said"
over 0
picture | grep -q '0\.000 .*low' || complain "no lines on an unknown terminal"
[ ! -s said ] || complain "it was not asked for a display: $(cat said)"
run "--display -m \"\$model\" --input short.wav >labels.tsv 2>said"
over 0
expect_same wanted.tsv labels.tsv
n_checks=$((n_checks + 1))
grep -qx 'hearsay: display: .* TERM=nonesuch .*; labels only' said || complain "said: $(cat said)"
[ "$(wc -l <said)" -eq 1 ] || complain "more than one line"
finish
