#!/bin/sh
# same.sh - the same samples give the same bytes, whichever way they go.
# shellcheck source=tests/cli/lib.sh
. "${srcdir:-.}/tests/cli/lib.sh"
cd "$tmp" || exit 99

# odd lengths and rates; the last window is filled up in some of them and not in others
i=0
for spec in "16000 1 2.111" "44100 2 1.703" "8000 1 0.3" "48000 1 1.05"; do
    i=$((i + 1))
    # shellcheck disable=SC2086 # a list of words
    sound t$i.wav $spec 300 6000 0 450
    for format in tsv jsonl text; do
        hear classify -m "$model" -f $format --source t$i.wav t$i.wav
        expect_code 0
        cp out wanted
        # shellcheck disable=SC2094 # only a name
        "$HEARSAY" classify -m "$model" -f $format --source t$i.wav - <t$i.wav >out 2>err
        code=$? last="hearsay classify - <t$i.wav"
        expect_code 0
        expect_same wanted
    done
    hear classify -m "$model" -f jsonl t$i.wav
    cp out wanted
    hear classify -m "$model" -f jsonl --realtime t$i.wav
    expect_code 0
    expect_quiet
    expect_same wanted
    hear listen -m "$model" -f jsonl --input t$i.wav
    expect_code 0
    expect_quiet
    expect_same wanted
done
hear -m "$model" --input t1.wav
expect_code 0
cp out live
hear classify -m "$model" t1.wav
expect_same live
hear classify -m "$model" --hop 0.05 t1.wav
cp out wanted
hear listen -m "$model" --hop 0.05 --input t1.wav
expect_same wanted

# lines below a threshold are left out, and no others
awk -F '\t' 'NR == 1 || $5 >= 0.8' wanted >above
hear listen -m "$model" --hop 0.05 --threshold 0.8 --input t1.wav
expect_code 0
expect_same above
[ "$(wc -l <above)" -gt 1 ] || complain "nothing is above 0.8"
cmp -s above wanted && complain "all is above 0.8"
hear listen -m "$model" --threshold 1 --input t1.wav
expect_lines 1

# several files at their own pace, one line each
hear classify -m "$model" --by file t1.wav t2.wav
cp out wanted
hear classify -m "$model" --by file --realtime t1.wav t2.wav
expect_code 0
expect_same wanted

# it is played at its own pace
start=$(date +%s%N)
hear listen -m "$model" --input t1.wav
took_ms=$((($(date +%s%N) - start) / 1000000))
[ $took_ms -ge 2000 ] || complain "2.111 s of sound took $took_ms ms"

# bad recordings end it with the same codes
printf 'no sound' >text.wav
sound empty.wav 16000 1 0 300
for way in "classify --realtime" "listen --input"; do
    # shellcheck disable=SC2086 # a list of words
    set -- $way
    last_word=$2
    refuse 66 'none.wav: ' "$1" -m "$model" "$last_word" none.wav
    refuse 65 'text.wav: ' "$1" -m "$model" -f text "$last_word" text.wav
    refuse 65 'empty.wav: .*no sound' "$1" -m "$model" -f text "$last_word" empty.wav
done
head -c 40000 t1.wav >cut.wav
hear listen -m "$model" -f text --input cut.wav
expect_code 65
expect_error 'cut.wav: '
cp out live
hear classify -m "$model" -f text cut.wav
expect_code 65
expect_same live
finish
