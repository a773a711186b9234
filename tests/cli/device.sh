#!/bin/sh
# device.sh - no microphone: one line and 69; what needs none does without.
# shellcheck source=tests/cli/lib.sh
. "${srcdir:-.}/tests/cli/lib.sh"
sound a.wav 16000 1 1 300
# what ALSA's plug-ins leave behind as they are unloaded is not ours to free
ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0
export ASAN_OPTIONS

refuse 69 '^hearsay: ' devices
refuse 69 '^hearsay: ' devices -f jsonl
refuse 69 '^hearsay: ' -m "$model"
refuse 69 '^hearsay: ' listen -m "$model" -f tsv
refuse 69 '^hearsay: .*nosuch' listen -m "$model" -d nosuch
refuse 69 '^hearsay: ' listen -m "$model" -d 99
refuse 66 'nosuch' listen -m nosuch

# a display needs a terminal: told before anything is heard
if command -v setsid >/dev/null; then
    setsid "$HEARSAY" listen -m "$model" --display --input "$tmp/a.wav" \
        >"$tmp/out" 2>"$tmp/err" </dev/null
    code=$? last="hearsay --display without a terminal"
    expect_code 74
    expect_error '^hearsay: '
    expect_no_output
fi
finish
