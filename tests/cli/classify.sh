#!/bin/sh
# classify.sh - recordings in, labels out: formats, options, and recordings that are none.
# shellcheck source=tests/cli/lib.sh
. "${srcdir:-.}/tests/cli/lib.sh"

# A second of each tone. A window is 50 frames: 49 * 160 + 512 = 8352 samples, 0.522 s; a hop is
# 1600. 48000 samples hold 25 windows, at 0, 0.1, … 2.4 s; 1248 of the last hop's 1600 samples are
# not in them, more than half: a 26th, filled up, starts at 2.5 s.
sound tones.wav 16000 1 3 300 6000 0
cd "$tmp" || exit 99

hear classify -m "$model" tones.wav
expect_code 0
expect_quiet
expect_lines 27
expect_match '^source	start_s	end_s	label	prob$'
expect_match '^tones.wav	0.000	0.522	low	0\.[0-9]+$'
expect_match '^tones.wav	1.200	1.722	high	'
expect_match '^tones.wav	2.400	2.922	nothing	'
expect_match '^tones.wav	2.500	3.000	nothing	'
cp out tsv

hear classify -m "$model" -f tsv ./tones.wav
expect_match '^\./tones.wav	0.000'
hear classify -m "$model" --source radio tones.wav
sed '2,$s/^tones.wav/radio/' tsv >wanted
expect_same wanted

hear classify -m "$model" -f jsonl --top 2 tones.wav
expect_code 0
expect_lines 26
expect_match '^\{"v":1,"type":"window","source":"tones.wav","start_s":0\.000,"end_s":0\.522,"label":"low","prob":0\.[0-9]{4},"top":\[\{"label":"low","prob":0\.[0-9]{4}\},\{"label":"[a-z]+","prob":0\.[0-9]{4}\}\],"lost_s":0\.000\}$'
hear classify -m "$model" -f jsonl --top 1 tones.wav
expect_match '"top":\[\{"label":"low","prob":0\.[0-9]{4}\}\],'
hear classify -m "$model" -f text tones.wav
expect_code 0
expect_match 'low'

hear classify -m "$model" --hop 0.5 tones.wav
expect_lines 7 # 0, 0.5, … 2.0, and what lies behind 2.522
hear classify -m "$model" --hop 0.05 tones.wav
expect_code 0
expect_match '	0.050	0.572	'

# a model's own hop may be shorter than what --hop takes: 40 ms
"$builddir/tests/cli/make_model" often.onnx 3 4 || exit 99
for realtime in "" --realtime; do
    # shellcheck disable=SC2086 # a list of words
    hear classify -m often.onnx --duration 1 $realtime tones.wav
    expect_code 0
    expect_lines 14 # (16000 - 8352) / 640 = 11.95: 0, 0.04, … 0.44, and one that is filled up
    expect_match '	0.440	0.962	'
    expect_match '	0.480	1.000	'
done

hear classify -m "$model" --by file -f tsv tones.wav
expect_lines 2
expect_match '^tones.wav	0.000	3.000	'
hear classify -m "$model" --by file -f jsonl tones.wav tones.wav
expect_lines 2
expect_match '"type":"file"'

# ... which are the means over the windows
hear classify -m "$model" --top 3 tones.wav
awk -F '\t' 'NR > 1 { for (i = 4; i < NF; i += 2) sum[$i] += $(i + 1) }
             END { for (label in sum) printf "%s %.4f\n", label, sum[label] / (NR - 1) }' out |
    sort >means
hear classify -m "$model" --top 3 --by file tones.wav
awk -F '\t' 'NR > 1 { for (i = 4; i < NF; i += 2) print $i, $(i + 1) }' out | sort >file
n_checks=$((n_checks + 1))
paste -d ' ' means file | awk '{ d = $2 - $4; if ($1 != $3 || d * d > 1.5e-4 * 1.5e-4) exit 1 }
                               END { exit NR != 3 }' || complain "not the means: $(cat means)"

# some of the labels, by their own probabilities
hear classify -m "$model" --top 3 tones.wav
awk -F '\t' 'BEGIN { OFS = FS } NR == 1 { print "source", "start_s", "end_s", "label", "prob", "label2", "prob2"; next }
    { p["low"] = p["high"] = 0; for (i = 4; i < NF; i += 2) p[$i] = $(i + 1)
      a = p["high"] >= p["low"] ? "high" : "low"; b = a == "high" ? "low" : "high"
      print $1, $2, $3, a, p[a], b, p[b] }' out >wanted
for classes in "--classes high,low" "--classes high --classes LOW"; do
    # shellcheck disable=SC2086 # a list of words
    hear classify -m "$model" $classes --top 2 tones.wav
    expect_code 0
    expect_quiet
    expect_same wanted
done
hear classify -m "$model" --without nothing --top 2 tones.wav
expect_lines 27
awk -F '\t' '$5 != $7' wanted >sure # equal ones stand in the order of the list, here the model's
grep -qF "	high	" sure || complain "nothing is high"
grep -qvxF -f out sure && complain "--without differs from --classes"
hear listen -m "$model" --classes high --input tones.wav
cp out wanted
hear classify -m "$model" --classes high tones.wav
expect_same wanted
hear classify -m "$model" --classes high --by file -f jsonl tones.wav
expect_match '"label":"high","prob":0\.[0-9]{4},"top":\[\{"label":"high","prob":0\.[0-9]{4}\}\]'
refuse 64 "'hihg' is no label of this model; the nearest is 'high'" classify -m "$model" --classes low,hihg tones.wav
refuse 64 "'x' is no label" listen -m "$model" --without x --input tones.wav
refuse 64 "a label is missing" classify -m "$model" --classes low, tones.wav
refuse 64 "without takes it away" classify -m "$model" --classes low,high --without low tones.wav
refuse 64 "takes all labels" classify -m "$model" --without low,high,nothing tones.wav
refuse 64 "top: must be from 1 to 2, the labels of this choice" classify -m "$model" --without low --top 3 tones.wav

# a part of it: the times stay those of the file
hear classify -m "$model" --start 1 --duration 1 tones.wav
expect_code 0
expect_lines 7
expect_match '	1.000	1.522	high	'
expect_match '	1.400	1.922	high	'
hear classify -m "$model" --start 2.9 tones.wav
expect_lines 2 # shorter than a window: filled up
expect_match '	2.900	3.000	nothing	'
for arguments in "--start 3" "--start 99"; do
    # shellcheck disable=SC2086 # a list of words
    hear classify -m "$model" $arguments tones.wav
    expect_code 65
    expect_error "tones.wav: ends at 3\.000 s; nothing is left behind ${arguments#* }\.000 s"
done
for flags in --realtime '--raw 16000:1:s16le'; do
    # shellcheck disable=SC2086 # a list of words
    "$HEARSAY" classify -m "$model" --start 99 $flags - <tones.wav >out 2>err
    code=$? last="hearsay classify --start 99 $flags -"
    expect_code 65
    expect_error 'standard input: ends at 3\.00. s; nothing is left behind 99\.000 s'
done

# rates, channels, formats
sound r8.wav 8000 1 1 300
sound r48.wav 48000 2 1 300
for format in wav flac ogg mp3; do
    sound f.$format 44100 2 1 300 || { echo "no $format here"; continue; }
    hear classify -m "$model" f.$format
    expect_code 0
    expect_quiet
    expect_match "^f.$format	0.000	0.522	low	"
done
hear classify -m "$model" r8.wav r48.wav r8.wav tones.wav
expect_code 0
expect_match '^r8.wav	0.000	0.522	low	'
expect_match '^r48.wav	0.000	0.522	low	'
expect_match '^tones.wav	2.400	'
# a classifier that was used before knows nothing of it
grep '^tones' out >again
sed 1d tsv >wanted
expect_same wanted again

# raw samples
sound raw.s16 16000 1 3 300 6000 0
hear classify -m "$model" --raw 16000:1:s16le --source tones.wav raw.s16
expect_code 0
expect_same tsv
hear classify -m "$model" --raw 1000:1:s16le --start 0.0025 --duration 0.1 raw.s16
expect_match '	0.002	0.102	' # half a sample: the even one
sound raw.f32 16000 2 3 300 6000 0
hear classify -m "$model" --raw 16000:2:f32le raw.f32
expect_code 0
expect_lines 27

# shorter than a window
sound short.wav 16000 1 0.01 300
hear classify -m "$model" short.wav
expect_code 0
expect_lines 2
expect_match '^short.wav	0.000	0.010	'

# what is no recording
: >empty.wav
printf 'this is no sound\n' >text.wav
head -c 1000 tones.wav >cut.wav
head -c 30 tones.wav >stump.wav
sound silent.wav 16000 1 0 300
mkdir folder
hear classify -m "$model" none.wav
expect_code 66
expect_error '^hearsay: none.wav: '
hear classify -m "$model" empty.wav
expect_code 65
expect_error '^hearsay: empty.wav: '
hear classify -m "$model" text.wav
expect_code 65
hear classify -m "$model" stump.wav
expect_code 65
hear classify -m "$model" silent.wav
expect_code 65
expect_error 'silent.wav: .*no sound'
hear classify -m "$model" folder
expect_code 65
expect_error '^hearsay: folder: '
hear classify -m "$model" cut.wav
expect_code 65 # what there is of it is heard all the same
expect_lines 2
expect_error '^hearsay: cut.wav: '

# one bad of many: the others are done
hear classify -m "$model" text.wav tones.wav none.wav
expect_code 65
expect_lines 27
[ "$(wc -l <err)" -eq 2 ] || complain "not a line for each bad file"
hear classify -m "$model" none.wav tones.wav gone.wav
expect_code 66
expect_lines 27

# names from elsewhere: no control character reaches a terminal or breaks a table
name=$(printf 'a\033[2J\tb\n\r.wav')
cp short.wav "$name"
hear classify -m "$model" -f tsv "$name"
expect_code 0
expect_lines 2
expect_match '^a\?\[2J\?b\?\?\.wav	0\.000	'
hear classify -m "$model" -f text "$name"
expect_lines 2 # a heading, and the window
expect_match '^a\?\[2J\?b\?\?\.wav:$'
hear classify -m "$model" -f jsonl "$name"
expect_match '"source":"a\\u001b\[2J\\u0009b\\u000a\\u000d.wav"'
hear classify -m "$model" "no$name"
expect_error 'noa\?\[2J\?b\?\?\.wav: '
cp short.wav ./-f
hear classify -m "$model" -- -f
expect_code 0
expect_match '^-f	'

# the locale changes nothing
for locale in de_DE.UTF-8 de_DE.utf8 fr_FR.UTF-8 C.UTF-8; do
    LC_ALL=$locale "$HEARSAY" classify -m "$model" tones.wav >out 2>err
    code=$? last="LC_ALL=$locale hearsay classify"
    expect_code 0
    expect_same tsv
done
finish
