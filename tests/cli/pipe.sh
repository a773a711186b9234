#!/bin/sh
# pipe.sh - standard input and output: sound from pipes, readers that go away, and full disks.
# shellcheck source=tests/cli/lib.sh
. "${srcdir:-.}/tests/cli/lib.sh"
sound tones.wav 16000 1 3 300 6000 0
cd "$tmp" || exit 99

# hear_pipe FILE ARG...: FILE through a pipe
hear_pipe() {
    file=$1
    shift
    # shellcheck disable=SC2002 # a pipe is what is wanted
    cat "$file" | "$HEARSAY" "$@" >out 2>err
    code=$? last="cat $file | hearsay $*"
}

hear classify -m "$model" --source x tones.wav
cp out wanted
hear_pipe tones.wav classify -m "$model" --source x -
expect_code 0
expect_same wanted
hear_pipe tones.wav classify -m "$model" -
expect_match '^-	0\.000	'

# each kind gives from a pipe what it gives from a file
for format in wav flac ogg mp3; do
    sound f.$format 44100 2 1.7 300 6000 || { echo "no $format here"; continue; }
    hear classify -m "$model" --source x f.$format
    expect_code 0
    cp out from_file
    hear_pipe f.$format classify -m "$model" --source x -
    expect_code 0
    expect_quiet
    expect_same from_file
    "$HEARSAY" classify -m "$model" --source x - <f.$format >out 2>err
    code=$? last="hearsay classify - <f.$format"
    expect_code 0
    expect_same from_file
done
sound tones.s16 16000 1 3 300 6000 0
hear_pipe tones.s16 classify -m "$model" --source x --raw 16000:1:s16le -
expect_code 0
expect_same wanted
hear_pipe tones.wav classify -m "$model" --source x --start 1 --duration 1 -
expect_code 0
cp out from_pipe
hear classify -m "$model" --source x --start 1 --duration 1 tones.wav
expect_same from_pipe

# a wav written into a pipe has no length in its header: sizes 0 and 0xFFFFFFFF
for size in '\0\0\0\0' '\377\377\377\377'; do
    {
        head -c 4 tones.wav
        # shellcheck disable=SC2059 # the format is the bytes
        printf "$size"
        tail -c +9 tones.wav | head -c 32
        # shellcheck disable=SC2059
        printf "$size"
        tail -c +45 tones.wav
    } >streamed.wav
    hear_pipe streamed.wav classify -m "$model" --source x -
    expect_code 0
    expect_quiet
    expect_same wanted
    hear classify -m "$model" --source x streamed.wav
    expect_code 0
    expect_same wanted
done

# nothing, or nothing that is sound
hear_pipe /dev/null classify -m "$model" -
expect_code 65
expect_error '^hearsay: standard input: '
hear_pipe /dev/null classify -m "$model" --raw 16000:1:s16le -
expect_code 65
expect_error '^hearsay: standard input: '
awk 'BEGIN { for (i = 0; i < 20000; i++) print "y" }' >yes.txt
hear_pipe yes.txt classify -m "$model" -
expect_code 65
for words in "listen --input -" "features -"; do
    # shellcheck disable=SC2086 # a list of words
    hear_pipe /dev/null $words -m "$model"
    expect_code 65
    expect_error '^hearsay: standard input: '
done
"$HEARSAY" classify -m "$model" - <&- >out 2>err
code=$? last="hearsay classify - <&-"
[ $code -eq 65 ] || [ $code -eq 74 ] || complain "exit code $code"

# a reader that goes away ends it quietly
for arguments in "classify -m $model" "classify --realtime -m $model" \
    "listen -m $model --input"; do
    for lines in 0 1 3; do
        # shellcheck disable=SC2086 # a list of words
        { "$HEARSAY" $arguments tones.wav 2>err; echo $? >status; } | head -n $lines >out
        code=$(cat status) last="hearsay $arguments tones.wav | head -n $lines"
        expect_code 0
        expect_quiet
        expect_lines $lines
    done
done

# ... but what was wrong before stays wrong
for jobs in 1 2; do
    { "$HEARSAY" classify -m "$model" -j $jobs none.wav tones.wav tones.wav 2>err; echo $? >status; } |
        head -n 0 >out
    code=$(cat status) last="hearsay classify -j $jobs none.wav tones.wav tones.wav | head -n 0"
    expect_code 66
    expect_error '^hearsay: none.wav: '
done

# a full disk is told
for arguments in "classify -m $model" "classify --by file -m $model" "classify -f jsonl -m $model" \
    "classify --realtime -m $model" "listen -m $model --input" "features -m $model"; do
    # shellcheck disable=SC2086 # a list of words
    "$HEARSAY" $arguments tones.wav >/dev/full 2>err
    code=$? last="hearsay $arguments tones.wav >/dev/full"
    : >out
    expect_code 74
    expect_error 'hearsay: standard output: .*No space left on device'
done
"$HEARSAY" classify -m "$model" tones.wav >&- 2>err
code=$? last="hearsay classify tones.wav >&-"
expect_code 74
expect_error 'standard output: '
finish
