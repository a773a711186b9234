#!/bin/sh
# pulse.sh - the microphone for real: PulseAudio's null sink, played into by paplay, heard through
# PortAudio and ALSA's pulse plugin, and compared with what classify says of the same recording.
#
# PulseAudio runs for this test alone: home, runtime folder, socket and ALSA configuration are in a
# folder that goes away with it, and it is ended by its process number.
# shellcheck source=tests/cli/lib.sh
# shellcheck disable=SC2016 # commands that within evaluates, and another shell's
. "${srcdir:-.}/tests/cli/lib.sh"

for program in pulseaudio paplay pactl; do
    command -v $program >/dev/null || { echo "no $program here"; exit 77; }
done
find /usr/lib /usr/lib64 /usr/local/lib -name libasound_module_pcm_pulse.so 2>/dev/null |
    grep -q . || { echo "no ALSA plugin for PulseAudio here (Debian: libasound2-plugins)"; exit 77; }

unset DISPLAY DBUS_SESSION_BUS_ADDRESS ALSA_CONFIG_PATH ALSA_CONFIG_DIR
export XDG_CONFIG_HOME="$tmp/config" XDG_RUNTIME_DIR="$tmp/run" PULSE_RUNTIME_PATH="$tmp/run/pulse"
export PULSE_SERVER="unix:$tmp/socket"
# ALSA's plugin leaks a little, and is unloaded before anyone can say which leaks are its
export ASAN_OPTIONS="${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0"
# nor does ThreadSanitizer see how PulseAudio's own threads agree
printf 'called_from_lib:%s\n' libpulse.so libpulsecommon >"$tmp/tsan"
export TSAN_OPTIONS="${TSAN_OPTIONS:+$TSAN_OPTIONS:}suppressions=$tmp/tsan"
mkdir -p "$XDG_CONFIG_HOME"
mkdir -m 700 "$XDG_RUNTIME_DIR" "$PULSE_RUNTIME_PATH"
cat >"$HOME/.asoundrc" <<'EOF'
pcm.!default { type pulse device virt.monitor }
ctl.!default { type pulse }
EOF

pulseaudio -n --daemonize=no --use-pid-file=no --exit-idle-time=-1 --disable-shm=yes \
    --load="module-native-protocol-unix socket=$tmp/socket auth-anonymous=1" \
    --load="module-null-sink sink_name=virt" >"$tmp/pulse.log" 2>&1 &
pulse=$! hearsay=''
# shellcheck disable=SC2317 # by the trap
stop_all() {
    [ -z "$hearsay" ] || kill -KILL "$hearsay" 2>/dev/null
    kill "$pulse" 2>/dev/null
    wait "$pulse" 2>/dev/null
    rm -rf "$tmp"
}
trap stop_all EXIT

# within SECONDS COMMAND
within() {
    tries=$(($1 * 10))
    until eval "$2"; do
        tries=$((tries - 1))
        [ $tries -gt 0 ] || return 1
        sleep 0.1
    done
}
if ! within 10 'pactl list short sources 2>/dev/null | grep -q virt.monitor'; then
    echo "PulseAudio does not start here: $(tail -n 1 "$tmp/pulse.log")"
    exit 77
fi

# what nohup made this shell ignore, hearsay would go on ignoring
fresh='env --default-signal=HUP'
$fresh true 2>/dev/null || fresh=

# start ARG...: hearsay hears the microphone
start() {
    last="hearsay $*, with a microphone"
    : >"$tmp/out" 2>"$tmp/err"
    # shellcheck disable=SC2086 # a list of words
    $fresh "$HEARSAY" "$@" >"$tmp/out" 2>"$tmp/err" </dev/null &
    hearsay=$!
}

# quiet FILE: nothing was said, or what a busy machine cannot help
losses='(s of sound were lost|skipped: the model is too slow|the sound system lost samples) ?'
quiet() {
    n_checks=$((n_checks + 1))
    ! grep -vE "^hearsay: .*$losses" "$1" || complain "says more than what was lost"
}

# stop SIGNAL CODE: it ends at once (a busy machine's), having said nothing but labels
stop() {
    n_checks=$((n_checks + 1))
    kill -"$1" "$hearsay"
    within 20 '! kill -0 "$hearsay" 2>/dev/null || grep -qs "^State:.Z" "/proc/$hearsay/status"' || {
        complain "has not ended after SIG$1"
        kill -KILL "$hearsay"
    }
    wait "$hearsay"
    code=$?
    hearsay=''
    expect_code "$2"
    quiet "$tmp/err"
}

# labels FILE: each label as often as it comes in a row, without what lasts but one or two windows
labels() {
    awk -F '\t' 'NR > 1 { if ($4 == last) n++; else { if (n > 2) print last; last = $4; n = 1 } }
                 END { if (n > 2) print last }' "$1" | uniq
}

# most FILE: the label of the most windows
most() {
    awk -F '\t' 'NR > 1 { n[$4]++ }
                 END { for (l in n) if (n[l] > n[best]) best = l; print best }' "$1"
}

# The device is listed, and nothing else is said.
hear devices
expect_code 0
expect_quiet
expect_match default

# A tone below, a tone above, and below again: the microphone hears them in this order, silence
# around. Where the machine is too busy to play it without a gap, it is played again.
sound tones.wav 44100 2 4.5 400 5000 400
expected='nothing low high low nothing'
heard_all() { [ "$(labels "$tmp/out" | tr '\n' ' ')" = "$expected " ]; }
n_checks=$((n_checks + 3))
for try in 1 2 3; do
    start listen -m "$model" -f tsv
    within 30 '[ "$(wc -l <"$tmp/out")" -gt 5 ]' || complain "no labels within half a minute"
    paplay --device=virt "$tmp/tones.wav" || complain "paplay failed"
    if within 10 heard_all; then break; fi
    [ $try -eq 3 ] || stop TERM 143
done
heard_all || complain "heard: $(labels "$tmp/out" | tr '\n' ' '); played: $expected"
stop TERM 143
cp "$tmp/out" "$tmp/live.tsv"

# Times are those of the sound: a hop of a tenth of a second from window to window, or several where
# windows were skipped and it is told.
n_checks=$((n_checks + 1))
skipped=$(grep -c 'skipped:' "$tmp/err")
awk -F '\t' -v skipped="$skipped" '
    NR == 2 && $2 != 0 && !skipped { exit 1 }
    NR > 2 { hops = int(($2 - start) / 0.1 + 0.5)
             off = $2 - start - hops * 0.1
             if (hops < 1 || (hops > 1 && !skipped) || off > 0.0005 || off < -0.0005) exit 1 }
    NR > 1 { start = $2 }' "$tmp/live.tsv" || complain "windows are not a hop apart"

# jsonl, by a part of the device's name; SIGHUP.
start listen -m "$model" -f jsonl -d defau
n_checks=$((n_checks + 1))
within 30 '[ "$(wc -l <"$tmp/out")" -gt 3 ]' || complain "no labels within half a minute"
stop HUP 129
expect_match '^\{"v":1,"type":"window","source":".*","start_s":[0-9.]*,.*"lost_s":[0-9.]*\}$'

# A reader that goes away ends it quietly.
last="hearsay listen | head"
n_checks=$((n_checks + 1))
timeout 60 sh -c '"$HEARSAY" listen -m "$1" -f tsv 2>"$2/err" | head -n 4 >"$2/out"' - \
    "$model" "$tmp" || complain "does not end with its reader"
expect_lines 4
quiet "$tmp/err"

# Clips for training: what was played is in them, and is heard as that.
last="hearsay record"
paplay --device=virt "$tmp/tones.wav" &
player=$!
n_checks=$((n_checks + 1))
"$HEARSAY" record -l tone -n 2 --seconds 1 -o "$tmp/clips" >"$tmp/out" 2>"$tmp/err" </dev/null ||
    complain "exit code $?"
wait $player
expect_lines 2
expect_match 'clips/tone/0002\.wav$'
quiet "$tmp/err"
"$HEARSAY" classify -m "$model" "$tmp"/clips/tone/*.wav >"$tmp/out"
expect_match '	(low|high)	'

# A recording of the real world on the model that is shipped: live and offline agree.
voice=/usr/share/asterisk/sounds/en_US_f_Allison/demo-congrats.wav
shipped=$srcdir/models/speech-music.onnx
if [ -f "$voice" ] && [ -f "$shipped" ]; then
    "$HEARSAY" classify -m "$shipped" --duration 12 -f tsv "$voice" >"$tmp/offline.tsv"
    start listen -m "$shipped" -f tsv
    within 30 '[ -s "$tmp/out" ]'
    timeout 12 paplay --device=virt "$voice"
    # the windows that hold nothing but the recording
    awk -F '\t' 'NR == 1 || $2 >= 2' "$tmp/out" >"$tmp/live.tsv"
    stop TERM 143
    n_checks=$((n_checks + 1))
    [ "$(most "$tmp/live.tsv")" = "$(most "$tmp/offline.tsv")" ] ||
        complain "$(most "$tmp/live.tsv") live, $(most "$tmp/offline.tsv") offline"
else
    echo "not tried on a voice: no shipped model, or no recording (asterisk-core-sounds-en-wav)"
fi

# The display with a microphone: its name, what it hears, and not a word of PortAudio's or ALSA's.
if command -v tmux >/dev/null; then
    # shellcheck source=tests/cli/terminal.sh
    . "$srcdir/tests/cli/terminal.sh"
    trap 'tm kill-server 2>/dev/null; stop_all' EXIT
    run '-m "$model" --display -f tsv >labels.tsv 2>said'
    wait_for 'drawn "hearsay .* default .* kHz"'
    paplay --device=virt tones.wav &
    player=$!
    wait_for 'drawn "high .*%" && drawn "00:.* high "'
    wait $player
    wait_for 'drawn "00:.* nothing "'
    n_checks=$((n_checks + 1))
    if picture | grep -E 'ALSA|Pa[A-Z_]|pcm'; then complain "the sound system writes on it"; fi
    tm send-keys q
    over 0
    n_checks=$((n_checks + 1))
    quiet said
    grep -q 'high' labels.tsv || complain "no labels beside the display"

    # clips, by keys: one again, then kept; the next one not
    run 'record -l key -n 5 --seconds 0.3 -o clips'
    wait_for 'picture | grep -q "clip 1 of 5 in .* dB"'
    wait_for 'picture | grep -q "Enter or k keeps it"'
    tm send-keys r
    wait_for 'picture | grep -q "clip 1 of 5 in .* dB"'
    wait_for 'picture | grep -q "Enter or k keeps it"'
    tm send-keys Enter
    wait_for 'picture | grep -q "clip 2 of 5 in .* dB"'
    wait_for 'picture | grep -q "Enter or k keeps it"'
    # stopped without a word, and gone on: single keys still do
    kill -STOP "$(pgrep -P "$(state pane_pid)")"
    sleep 1
    rm -f status after
    type_line ''
    type_line 'clear; fg; echo $? >status; stty -g >after'
    wait_for 'state pane_current_command | grep -q hearsay'
    wait_for 'stty -F "$(state pane_tty)" -a | grep -q -e "-icanon"'
    tm send-keys k
    wait_for 'picture | grep -q "clip 3 of 5 in"'
    tm send-keys q
    over 0
    n_checks=$((n_checks + 1))
    [ "$(ls clips/key)" = "$(printf '0001.wav\n0002.wav')" ] || complain "clips: $(ls -a clips/key)"
else
    echo "not tried on a display: no tmux here"
fi
finish
