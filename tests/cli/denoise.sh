#!/bin/sh
# denoise.sh - a denoiser trained for a moment, and recordings through it.
# shellcheck source=tests/cli/lib.sh
. "${srcdir:-.}/tests/cli/lib.sh"
mkdir -p "$tmp/data/speech" "$tmp/data/other"
for i in 1 2 3 4; do
    sound "data/speech/$i.wav" 16000 1 2.5 "$((i * 100 + 200))"
    sound "data/other/$i.wav" 16000 1 2.5 "$((i * 500 + 2000))"
done
sound long.wav 16000 1 4.3 300 2500
sound wide.wav 44100 2 2 300 2500
sound short.wav 8000 1 0.01 300
cd "$tmp" || exit 99

hear train -q --arch denoiser --data data -o d.onnx --epochs 2 --batch 4 --seed 1 --threads 1 --log d.jsonl
expect_code 0
expect_quiet
[ "$(grep -c '^{"v":1,"type":"epoch",.*"loss":' d.jsonl)" -eq 2 ] || complain "not a line an epoch"
head -n 1 d.jsonl | grep -q '^{"v":1,"type":"training","command":"hearsay train --arch denoiser .*","splits":"Each recording a group of its own: ' ||
    complain "the log does not begin with the command and how recordings are shared out"
grep -qE 'accuracy|nan' d.jsonl && complain "a denoiser has no accuracy"
hear model show d.onnx
expect_code 0
expect_quiet
expect_match '^  kind +denoiser$'
expect_match '^  window +2\.0480 s \(64 frames\)$'
expect_match 'Takes noise out of speech'
hear model show -f json d.onnx
expect_code 0
expect_match '"kind":"denoiser","rate_hz":16000,.*"card":"Takes noise'
hear train -q --arch denoiser --data data -o e.onnx --epochs 2 --batch 4 --seed 1 --threads 2
expect_code 0
# the card tells the output's name
[ "$(wc -c <d.onnx)" -eq "$(wc -c <e.onnx)" ] || complain "threads change the model's size"

# a training that was ended after its first epoch goes on to the same bytes
mkdir ended
hear_until state train -q --arch denoiser --data data -o ended/d.onnx --epochs 2 --batch 4 --seed 1 --threads 1 \
    --resume state
rm -f ended/d.onnx state?*
hear train -q --arch denoiser --data data -o ended/d.onnx --epochs 2 --batch 4 --seed 1 --resume state
expect_code 0
expect_same d.onnx ended/d.onnx
refuse 65 'state: the checkpoint of another training' \
    train -q --arch denoiser --data data -o ended/d.onnx --epochs 3 --batch 4 --seed 1 --resume state

# what cannot be read, or is empty, is told at the end
mkdir -p some/speech some/other
cp data/speech/1.wav some/speech/1.wav
cp data/other/1.wav some/other/1.wav
sound some/other/2.wav 16000 1 0 0
hear train --arch denoiser --data some -o f.onnx --epochs 1 --batch 4
expect_code 65
n_checks=$((n_checks + 1))
tail -n 2 err | head -n 1 | grep -q '^hearsay: some/other/2.wav: .*, left out$' || complain "not told at the end"
tail -n 1 err | grep -q '^hearsay: some: 1 recordings could not be read$' || complain "not counted"
rm f.onnx

# goes on from what another has learnt
hear train -q --arch denoiser --data data -o new.onnx --epochs 1 --batch 4 --seed 1
hear train -q --arch denoiser --from d.onnx --data data -o on.onnx --epochs 1 --batch 4 --seed 1
expect_code 0
expect_quiet
hear denoise -m new.onnx long.wav new.wav
hear denoise -m on.onnx long.wav on.wav
! cmp -s new.wav on.wav || complain "--from changes nothing"
refuse 78 'model.onnx: is no denoiser' train --arch denoiser --from "$model" --data data -o f.onnx

for f in long wide short; do
    hear denoise -m d.onnx $f.wav out.wav
    expect_code 0
    expect_quiet
    hear plot wave out.wav -o out.svg
    expect_code 0
done
[ "$(wc -c <out.wav)" -eq 204 ] || complain "short.wav: $(wc -c <out.wav) bytes, not 44 + 2 * 80"
hear denoise -m d.onnx long.wav out.wav
[ "$(wc -c <out.wav)" -eq $((44 + 2 * 68800)) ] || complain "long.wav: $(wc -c <out.wav) bytes"
hear denoise -m e.onnx long.wav other.wav
expect_same out.wav other.wav # two threads learnt the same
"$HEARSAY" denoise -m d.onnx - - <long.wav >pipe.wav 2>err
code=$? last="hearsay denoise - -"
expect_code 0
tail -c +45 out.wav >a
tail -c +45 pipe.wav >b
expect_same a b
hear denoise -m d.onnx --reference long.wav long.wav out.wav
expect_code 0
grep -qE '^SNR: no noise before, -?[0-9.]+ dB after$' err || complain "no SNR: $(cat err)"
grep -qE '^SI-SDR: no noise before, -?[0-9.]+ dB after$' err || complain "no SI-SDR: $(cat err)"
sound silent.wav 16000 1 4.3 0
hear denoise -m d.onnx --reference long.wav silent.wav out.wav
expect_code 0
grep -qE '^SNR: 0\.00 dB before, 0\.00 dB after, 0\.00 dB better$' err || complain "SNR: $(cat err)"
grep -qE '^SI-SDR: no signal before, no signal after$' err || complain "SI-SDR: $(cat err)"
hear denoise -m d.onnx --reference silent.wav long.wav out.wav
expect_code 65
expect_error 'silent.wav: is silent: there is no ratio to it'
hear denoise -m d.onnx --reference short.wav long.wav out.wav
expect_code 65
expect_error 'short.wav: has 80 samples'

refuse 78 'd.onnx: is no classifier, but a denoiser' classify -m d.onnx long.wav
refuse 78 'model.onnx: is no denoiser' denoise -m "$model" long.wav none.wav
refuse 66 'none.wav: ' denoise -m d.onnx none.wav out2.wav
refuse 65 'd.onnx: ' denoise -m d.onnx d.onnx out2.wav
refuse 74 'nowhere/a.wav: cannot write: No such' denoise -m d.onnx long.wav nowhere/a.wav
refuse 64 'a.flac: only WAV files are written' denoise -m d.onnx long.wav a.flac
[ ! -w /dev/full ] || refuse 74 '^hearsay: /dev/full: ' denoise -m d.onnx long.wav /dev/full
if [ -w /dev/full ]; then
    "$HEARSAY" denoise -m d.onnx long.wav - 2>err >/dev/full
    code=$? last="hearsay denoise - >/dev/full"
    expect_code 74
    expect_error 'standard output: cannot write'
fi
refuse 64 'IN and OUT' denoise -m d.onnx long.wav
mkdir -p only/other && cp data/other/* only/other/
refuse 65 'has no speech to learn from' train -q --arch denoiser --data only -o f.onnx
refuse 64 'no --cross' train -q --arch denoiser --data data --cross 2 -o f.onnx
for f in out2.wav f.onnx none.wav; do
    [ ! -e $f ] || complain "$f is there"
done
finish
