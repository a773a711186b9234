#!/bin/sh
# jobs.sh - classify with several recordings at a time: the same bytes as with one; and with a folder
# of labels: a file is there whole or not at all, and what is missing is made up for.
# shellcheck source=tests/cli/lib.sh
. "${srcdir:-.}/tests/cli/lib.sh"
command -v timeout >/dev/null || { echo "no timeout here"; exit 77; }
cd "$tmp" || exit 99
mkdir a b
sound tones.wav 16000 1 3 300 6000 0
sound a/x.wav 16000 1 5 300 6000
sound b/x.wav 44100 2 0.7 6000
sound b/y.wav 8000 1 2 300
sound silent.wav 16000 1 0 300
printf 'no sound' >text.wav
head -c 40000 tones.wav >cut.wav

# the order is that of the files, the bytes those of one at a time, and so are the errors
set -- tones.wav b/x.wav none.wav a/x.wav b/y.wav text.wav b/x.wav cut.wav silent.wav tones.wav
for flags in '-f tsv' '-f jsonl' '-f text' '--by file' '--by file -f text' '-f text --source radio'; do
    # shellcheck disable=SC2086 # a list of words
    hear classify -m "$model" --hop 0.05 $flags "$@"
    expect_code 65
    cp out wanted && cp err wanted.err
    for jobs in 2 3 64; do
        # shellcheck disable=SC2086 # a list of words
        hear classify -m "$model" --hop 0.05 $flags --jobs $jobs "$@"
        expect_code 65
        expect_same wanted
        expect_same wanted.err err
    done
done
hear classify -m "$model" --jobs 3 none.wav tones.wav gone.wav
expect_code 66
expect_lines 27
hear classify -m "$model" --jobs 2 none.wav text.wav
expect_code 65
expect_no_output
hear classify -m "$model" --jobs 8 tones.wav
cp out wanted
# shellcheck disable=SC2094 # only a name
"$HEARSAY" classify -m "$model" --jobs 2 --source tones.wav - none.wav <tones.wav >out 2>err
code=$? last="hearsay classify --jobs 2 - none.wav"
expect_code 66
expect_same wanted

# many more of them than jobs, and lines enough that a worker has to wait for its turn
set --
for _ in 1 2 3 4 5 6 7 8 9; do set -- "$@" a/x.wav b/y.wav tones.wav; done
hear classify -m "$model" --hop 0.05 -f jsonl --top 3 "$@"
cp out wanted
hear classify -m "$model" --hop 0.05 -f jsonl --top 3 -j 2 "$@"
expect_code 0
expect_quiet
expect_same wanted

# a reader that has seen enough ends it quietly, also what waits for sound
mkfifo pipe
sleep 20 >pipe &
sleeper=$!
start=$(date +%s)
{ timeout 15 "$HEARSAY" classify -m "$model" --jobs 2 "$@" pipe tones.wav 2>err; echo $? >status; } |
    head -n 3 >out
last="hearsay classify --jobs 2 | head"
expect_lines 3
expect_quiet
[ "$(cat status)" = 0 ] || complain "status $(cat status)"
took=$(($(date +%s) - start))
[ $took -le 6 ] || complain "took $took s to end"
kill $sleeper 2>/dev/null
wait

# Ctrl-C: what is known is written, in order, and the status is the signal's
sound tones.s16 16000 1 3 300 6000 0
cp tones.s16 more.s16
hear classify -m "$model" --raw 16000:1:s16le tones.s16 tones.s16 more.s16
cp out wanted
{ cat tones.s16; sleep 6; } >pipe &
timeout --preserve-status --kill-after=10 -s INT 3 "$HEARSAY" classify -m "$model" --jobs 2 \
    --raw 16000:1:s16le tones.s16 - more.s16 <pipe >out 2>err
code=$? last="hearsay classify --jobs 2 after SIGINT"
expect_code 130
expect_quiet
sed 's/^-	/tones.s16	/' out >named
expect_same wanted named
wait

# a folder of labels: a file for each
hear classify -m "$model" --jobs 2 -o labels a/x.wav b/x.wav ./b/y.wav "$tmp/tones.wav" ../"${tmp##*/}"/tones.wav
expect_code 0
expect_quiet
expect_no_output
hear classify -m "$model" a/x.wav
expect_same labels/a/x.wav.tsv
hear classify -m "$model" b/x.wav
expect_same labels/b/x.wav.tsv
hear classify -m "$model" ./b/y.wav
expect_same labels/b/y.wav.tsv
hear classify -m "$model" "$tmp/tones.wav"
expect_same "labels$tmp/tones.wav.tsv"
[ -s "labels/%../${tmp##*/}/tones.wav.tsv" ] || complain "no labels of ../tones.wav: $(find labels)"
[ "$(find labels -type f | wc -l)" -eq 5 ] || complain "$(find labels -type f)"
hear classify -m "$model" -f jsonl --by file -o labels a/x.wav
expect_code 0
[ "$(wc -l <labels/a/x.wav.jsonl)" -eq 1 ] || complain "labels/a/x.wav.jsonl"
hear classify -m "$model" -f text -o labels a/x.wav
[ -s labels/a/x.wav.txt ] || complain "labels/a/x.wav.txt"

# broken recordings and what is cut off leave none
for jobs in 1 3; do
    rm -rf labels
    hear classify -m "$model" -j $jobs -o labels text.wav cut.wav tones.wav none.wav silent.wav
    expect_code 65
    [ "$(wc -l <err)" -eq 4 ] || complain "not a line for each bad file"
    [ "$(find labels -type f)" = labels/tones.wav.tsv ] || complain "$(find labels -type f)"
done

# a name that leaves no room for an ending, and one that leaves some: the others are done
long=$(printf '%0248d' 0)
cp tones.wav "$long.wav"
cp tones.wav "${long#0000}.wav"
for jobs in 1 3; do
    rm -rf labels
    hear classify -m "$model" -j $jobs -o labels "$long.wav" "${long#0000}.wav" tones.wav
    expect_code 74
    expect_error 'its file of labels would have too long a name$'
    [ "$(find labels -type f | wc -l)" -eq 2 ] || complain "$(find labels -type f)"
    [ -s labels/tones.wav.tsv ] || complain "no labels of tones.wav"
done
rm "$long.wav" "${long#0000}.wav"

# what is there is written anew, or left out where that is asked for
echo old >labels/tones.wav.tsv
hear classify -m "$model" -o labels --missing tones.wav b/x.wav
expect_code 0
expect_error 'labels: 1 of 2 recordings had their labels; left out'
[ "$(cat labels/tones.wav.tsv)" = old ] || complain "labels/tones.wav.tsv was written"
[ -s labels/b/x.wav.tsv ] || complain "no labels/b/x.wav.tsv"
hear classify -m "$model" -o labels tones.wav b/x.wav
expect_quiet
hear classify -m "$model" tones.wav
expect_same labels/tones.wav.tsv

# a node dies: no half a file; the same command again makes up for it
rm -rf labels
sound hour.wav 16000 1 20 300 6000
mkfifo endless.wav endless2.wav # at most half of the recording comes out of each
for name in endless endless2; do
    { head -c 300000 hour.wav; sleep 30; } >$name.wav &
    eval $name=$!
done
"$HEARSAY" classify -m "$model" --hop 0.05 -j 2 -o labels tones.wav endless.wav endless2.wav >out 2>err &
pid=$!
n=0
until [ -s labels/tones.wav.tsv ] && ls labels/endless* >/dev/null 2>&1 || [ $n -ge 200 ]; do
    sleep 0.05
    n=$((n + 1))
done
kill -KILL $pid
wait $pid
code=$? last="hearsay classify -o, killed"
expect_code 137
for name in endless endless2; do
    [ ! -e labels/$name.wav.tsv ] || complain "half of a file of labels"
done
# and by Ctrl-C, nothing beside them either
rm -rf labels
timeout --preserve-status --kill-after=10 -s INT 3 "$HEARSAY" classify -m "$model" --hop 0.05 -j 2 -o labels \
    tones.wav endless.wav endless2.wav endless.wav/none endless2.wav/none >out 2>err
code=$? last="hearsay classify -o after SIGINT"
expect_code 130
expect_quiet
[ "$(find labels -type f)" = labels/tones.wav.tsv ] || complain "$(find labels -type f)"
# shellcheck disable=SC2154 # set by eval
kill "$endless" "$endless2"

# what makes no sense
refuse 64 'both|one file of labels' classify -m "$model" -o labels tones.wav ./tones.wav
refuse 64 'standard input has no name' classify -m "$model" -o labels -
refuse 64 'missing: needs --output' classify -m "$model" --missing tones.wav
refuse 64 'realtime and --jobs' classify -m "$model" --realtime -j 2 tones.wav
refuse 64 "jobs '0'" classify -m "$model" -j 0 tones.wav
: >plain
hear classify -m "$model" -o plain tones.wav
expect_code 74
expect_error 'plain/tones.wav.tsv: cannot write: Not a directory'
if [ "$(id -u)" -ne 0 ] || [ -w /dev/full ]; then
    "$HEARSAY" classify -m "$model" --hop 0.05 -j 2 tones.wav a/x.wav >/dev/full 2>err
    code=$? last="hearsay classify -j 2 >/dev/full"
    : >out
    expect_code 74
    expect_error 'standard output: cannot write'
fi
finish
