#!/bin/sh
# signals.sh - a signal ends what waits for sound at once, what is known is written, and the status
# is the signal's. `timeout` sends it: a shell's background jobs ignore SIGINT.
# shellcheck source=tests/cli/lib.sh
. "${srcdir:-.}/tests/cli/lib.sh"
command -v timeout >/dev/null || { echo "no timeout here"; exit 77; }
sound tones.wav 16000 1 2 300 6000
sound long.wav 16000 1 60 300 6000
sound tones.s16 16000 1 2 300 6000
cd "$tmp" || exit 99

# signal SIGNAL SECONDS ARG...: runs hearsay, the signal comes after that long
signal() {
    number=$1 after=$2
    shift 2
    timeout --preserve-status --kill-after=10 -s "$number" "$after" "$HEARSAY" "$@" >out 2>err
    code=$?
    last="hearsay $* after SIG$number"
}

# what waits for more of a pipe has labelled what was there
mkfifo pipe
for number in INT TERM HUP QUIT; do
    for flags in "" --realtime; do
        { cat tones.s16; sleep 7; } >pipe &
        start=$(date +%s)
        # shellcheck disable=SC2086 # none or one
        signal $number 4 classify -m "$model" $flags --raw 16000:1:s16le - <pipe
        took=$(($(date +%s) - start))
        case $number in INT) expect_code 130 ;; TERM) expect_code 143 ;; HUP) expect_code 129 ;; QUIT) expect_code 131 ;; esac
        expect_quiet
        expect_lines 17 # 15 windows of 2 s, and what lies behind 1.922 s
        expect_match '	1.500	2.000	high	'
        [ $took -le 6 ] || complain "took $took s to end"
        wait
    done
done

# a recording under way, live: the windows so far, and the part of the last
signal INT 1.5 listen -m "$model" --input long.wav
expect_code 130
expect_quiet
expect_match '^long.wav	0.500	1.022	low	'
signal TERM 1.5 listen -m "$model" -f jsonl --input long.wav
expect_code 143
tail -n 1 out | grep -q '}$' || complain "the last line is not whole"

# nothing there yet
sleep 4 >pipe &
signal INT 1 classify -m "$model" - <pipe
expect_code 130
wait

# a blocked reader does not hold it for long
mkfifo blocked
# shellcheck disable=SC2217 # it holds the pipe open and reads nothing
sleep 9 <blocked &
start=$(date +%s)
timeout --preserve-status --kill-after=10 -s TERM 2 \
    "$HEARSAY" classify -m "$model" --hop 0.05 -f jsonl long.wav long.wav long.wav >blocked 2>err
code=$?
took=$(($(date +%s) - start)) last="hearsay classify >blocked after SIGTERM"
: >out
expect_code 143
[ $took -le 6 ] || complain "took $took s to end"
kill $! 2>/dev/null
wait

# nohup stays nohup
(
    trap '' HUP
    "$HEARSAY" listen -m "$model" --input tones.wav >out 2>err &
    pid=$!
    sleep 0.5
    kill -HUP $pid
    wait $pid
)
code=$? last="nohup hearsay listen"
expect_code 0
expect_lines 17
finish
