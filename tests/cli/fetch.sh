#!/bin/sh
# fetch.sh - what hearsay fetch refuses, and with the published file (HEARSAY_YAMNET_TFLITE) what it
# makes. The network is test_fetch's.
# shellcheck source=tests/cli/lib.sh
. "${srcdir:-.}/tests/cli/lib.sh"

refuse 64 'one NAME is needed' fetch
refuse 64 "'melody' is none of: yamnet" fetch melody
refuse 64 'one of the two' fetch yamnet --from x --url y
refuse 66 'none.tflite: No such file' fetch yamnet --from "$tmp/none.tflite"
printf 'another file' >"$tmp/other.tflite"
refuse 65 'other.tflite: has 12 bytes; 4126810 are right' fetch yamnet --from "$tmp/other.tflite"
head -c 4126810 /dev/zero >"$tmp/other.tflite"
refuse 65 'other.tflite: its SHA-256 is ' fetch yamnet --from "$tmp/other.tflite"
refuse 74 'http://127.0.0.1:1/' fetch yamnet --url http://127.0.0.1:1/
[ -z "$(find "$XDG_DATA_HOME" -type f)" ] || complain "something was left behind"

if [ -n "${HEARSAY_YAMNET_TFLITE-}" ]; then
    hear fetch yamnet --from "$HEARSAY_YAMNET_TFLITE"
    expect_code 0
    expect_quiet
    expect_match 'licence  Apache-2.0'
    [ "$(find "$XDG_DATA_HOME" -type f)" = "$XDG_DATA_HOME/hearsay/models/yamnet.onnx" ] ||
        complain "not one file"
    hear fetch yamnet --url http://127.0.0.1:1/
    expect_code 0
    expect_match 'is there already'
    sound tone.wav 16000 1 3 440
    hear classify -m yamnet --top 10 -f jsonl "$tmp/tone.wav"
    expect_code 0
    expect_match 'Sine wave'
fi
finish
