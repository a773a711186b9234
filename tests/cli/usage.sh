#!/bin/sh
# usage.sh - help, version, and command lines that make no sense.
# shellcheck source=tests/cli/lib.sh
. "${srcdir:-.}/tests/cli/lib.sh"

for flag in --help -h help; do
    hear $flag
    expect_code 0
    expect_match '^usage: hearsay '
    expect_match '^  classify '
done
for flag in --version -V; do
    hear $flag
    expect_code 0
    expect_match '^hearsay [0-9]+\.[0-9]+'
    expect_lines 1
done
for command in listen classify devices features; do
    hear $command --help
    expect_code 0
    expect_quiet
    expect_match "^usage: hearsay $command"
    hear $command -h
    expect_code 0
done
hear help classify
expect_code 0
expect_quiet
cp "$tmp/out" "$tmp/help"
hear classify --help
expect_same "$tmp/help"
refuse 64 "did you mean 'classify'" help clasify
hear --display --help
expect_code 0
expect_match '^usage: hearsay listen'

refuse 64 "did you mean 'classify'" clasify
refuse 64 "did you mean 'devices'" dev
refuse 64 "'frobnicate' is no command" frobnicate
refuse 64 "'' is no command" ""
sound a.wav 16000 1 1 300
refuse 64 'hearsay classify' "$tmp/a.wav"
refuse 64 "a\?b" "$(printf 'a\033b')"

for command in listen classify devices features; do
    refuse 64 '--bogus: unknown' $command --bogus
    refuse 64 '-x: unknown' $command -x
done
refuse 64 '-Z: unknown' -Z
refuse 64 '--help: takes no value' classify --help=1
refuse 64 'listen --help' --bogus

# classify
refuse 64 'no FILE' classify
refuse 64 'no FILE' classify -m "$model"
refuse 64 '--model: needs MODEL' classify -m
refuse 64 "--format 'xml': must be one of text\|tsv\|jsonl" classify -f xml a.wav
refuse 64 "--format ''" classify -f '' a.wav
for hop in 0 0.049 -1 nan inf 1e999 0,5 x '' 0x1; do
    refuse 64 "--hop '$hop': must be a number from 0.05" classify --hop "$hop" a.wav
done
refuse 64 '--hop.* 0\.522 seconds' classify -m "$model" --hop 0.6 "$tmp/a.wav"
for top in 0 -1 1.5 4097 x ''; do
    refuse 64 "--top '$top': must be a whole number from 1 to 4096" classify --top "$top" a.wav
done
refuse 64 '--top: .* 1 to 3' classify -m "$model" --top 4 "$tmp/a.wav"
refuse 64 '--by' classify --by minute a.wav
refuse 64 '--start' classify --start -1 a.wav
refuse 64 '--duration' classify --duration -1 a.wav
for option in --model --source --raw; do
    refuse 64 "$option '': must not be empty" classify $option '' a.wav
done
refuse 66 "^hearsay: '': " classify -m "$model" ''
refuse 64 '--realtime: takes no value' classify --realtime=1 a.wav
for raw in 16000 16000:1 16000:1:s24le 0:1:s16le 16000:0:s16le 16000:1:s16le: a:b:c; do
    refuse 64 "--raw '$raw'" classify -m "$model" --raw "$raw" "$tmp/a.wav"
done

# listen
refuse 64 'takes no operands' listen "$tmp/a.wav"
refuse 64 "--device '': must not be empty" listen -d ''
refuse 64 "--input '': must not be empty" listen --input ''
refuse 64 'one of the two' listen -d 0 --input "$tmp/a.wav"
for threshold in -0.1 1.1 nan ''; do
    refuse 64 "--threshold '$threshold': must be a number from 0 to 1" --threshold "$threshold"
done
refuse 64 '--hop.* 0\.522 seconds' -m "$model" --hop 1 --input "$tmp/a.wav"

# devices, features
refuse 64 'takes no operands' devices x
refuse 64 '--format' devices -f tsv
refuse 64 '--model MODEL is needed' features "$tmp/a.wav"
refuse 64 'one FILE' features -m "$model"
refuse 64 'one FILE' features -m "$model" "$tmp/a.wav" "$tmp/a.wav"

# what cannot be written is no success
for words in --help --version "classify --help"; do
    # shellcheck disable=SC2086 # a list of words
    "$HEARSAY" $words >/dev/full 2>"$tmp/err"
    code=$? last="hearsay $words >/dev/full"
    expect_code 74
    expect_error 'No space left'
done
finish
