#!/bin/sh
# enrol.sh - hearsay enrol with a network of the tests' own: labels come, grow, get another name and
# go; what it refuses; and no half of a head is ever there.
# shellcheck source=tests/cli/lib.sh
. "${srcdir:-.}/tests/cli/lib.sh"

models=$XDG_DATA_HOME/hearsay/models
mkdir -p "$models" || exit 99
"$builddir/tests/cli/make_backbone" "$models" tiny || exit 99

# tones FROM HZ...: one second each, in $tmp/HZ.wav
for hz in 400 410 420 430 440 450 3000 3050 3100 3150 3200 3250; do
    sound "$hz.wav" 16000 1 1 "$hz"
done
sound short.wav 16000 1 0.05 440
low="$tmp/400.wav $tmp/410.wav $tmp/420.wav $tmp/430.wav $tmp/440.wav"
high="$tmp/3000.wav $tmp/3050.wav $tmp/3100.wav $tmp/3150.wav $tmp/3200.wav"
mine=$models/mine.onnx

# ---- the command line
refuse 64 '--label is needed, or --list' enrol
refuse 64 '--list takes no --label' enrol --list --label hum
refuse 64 'one of the three' enrol --label hum --remove --rename buzz
refuse 64 'is one word too many' enrol --label hum --remove x.wav
refuse 64 '--device and files: one of the two' enrol --label hum -d mic x.wav
refuse 64 '--output .*empty' enrol -o '' --list
refuse 64 '--alarms' enrol --label hum --alarms 0 x.wav
refuse 66 'mine.onnx: nothing is enrolled there' enrol --list
refuse 66 'mine.onnx: nothing is enrolled there' enrol --label hum --remove
refuse 66 'hearsay fetch yamnet gets it' enrol --label hum x.wav
refuse 66 'none.wav: ' enrol -m tiny --label hum "$tmp/none.wav"
refuse 64 "'hum' has 2 examples; 5 are the least" enrol -m tiny --label hum "$tmp/400.wav" "$tmp/410.wav"
# the same recording five times is one example
{
    same=$tmp/400.wav
    hear enrol -m tiny --label hum "$same" "$same" "$same" "$same" "$same"
    expect_code 64
    [ "$(grep -c "400.wav: is an example of 'hum' already; left out$" "$tmp/err")" -eq 4 ] ||
        complain "not four are left out"
    grep -q "'hum' has 1 example; 5 are the least" "$tmp/err" || complain "one is enough"
}
refuse 64 "'unknown' is what all else is called" enrol -m tiny --label unknown "$tmp/400.wav"
refuse 64 'holds a control character' enrol -m tiny --label "$(printf 'a\tb')" "$tmp/400.wav"
refuse 78 'names no embedding' enrol -m "$model" --label hum "$tmp/400.wav"
printf 'RIFF' >"$tmp/cut.wav"
refuse 65 'cut.wav: ' enrol -m tiny --label hum "$tmp/cut.wav"
head -c 32000 /dev/zero | { cat; } >"$tmp/zeros.raw"
"$builddir/tests/cli/make_sound" "$tmp/zeros.wav" 16000 1 1 0
refuse 65 'zeros.wav: is silent' enrol -m tiny --label hum "$tmp/zeros.wav"
[ ! -e "$mine" ] || complain "$mine is there"
refuse 74 'nowhere/x.onnx: cannot write' enrol -m tiny --label hum -o nowhere/x.onnx -d nothing
refuse 69 'no audio device|device' enrol -m tiny --label hum -d nothing

# ---- two labels, told apart from each other and from what was not enrolled
# shellcheck disable=SC2086 # lists of files without blanks
{
    hear enrol -m tiny --label hum $low
    expect_code 0
    expect_quiet
    expect_match "^$mine$"
    expect_match '^  hum +5 examples, [45] known when left out$'
    hear enrol -m tiny --label hum -o again $low
    expect_same "$mine" "$models/again.onnx"
    hear enrol -m tiny --label whistle $high
    expect_code 0
    expect_match '^  whistle +5 examples'
}
refuse 65 "3000.wav: is an example of 'whistle' already" enrol --label hum "$tmp/3000.wav"
for want in "hum 450" "whistle 3250"; do
    sound new.wav 16000 1 1 "${want#* }"
    hear classify -m mine "$tmp/new.wav"
    expect_code 0
    expect_match "	${want% *}	0\.[5-9]"
    grep -q "$(printf '\tunknown\t')" "$tmp/out" && complain "unknown is among ${want}'s windows"
done
"$builddir/tests/cli/make_sound" "$tmp/other.wav" 16000 1 1 300 700 1200 2000 3000 4500 6500
hear classify -m mine "$tmp/other.wav"
expect_code 0
expect_match '	unknown	'
# shellcheck disable=SC2086 # several files
[ ! -w /dev/full ] || refuse 74 '/dev/full: cannot write' enrol -m tiny --label hum -o /dev/full $low
hear model show mine
expect_code 0
expect_match '^  labels    hum, whistle, unknown$'
expect_match '^  stands on tiny'

# ---- the same bytes for the same examples, whatever the steps
# shellcheck disable=SC2086
{
    two=$(cksum <"$mine")
    hear enrol -m tiny --label hum -o steps "$tmp/400.wav" "$tmp/410.wav" "$tmp/420.wav" \
        "$tmp/430.wav" "$tmp/440.wav" "$tmp/450.wav"
    hear enrol -m tiny --label whistle -o steps $high
    hear enrol --label hum "$tmp/450.wav"
    expect_code 0
    expect_match '^  hum +6 examples'
    expect_same "$mine" "$models/steps.onnx"
    [ "$(cksum <"$mine")" != "$two" ] || complain "one more example changes nothing"
}
hear enrol --list
expect_code 0
expect_lines 3
expect_match '^  hum +6 examples$'
expect_match '^  whistle +5 examples$'

# ---- another name, away, and the last one with the file
hear enrol --label whistle --rename 'Türe'
expect_code 0
expect_match '^  Türe {23}5 examples, ' # as far right as of hum
hear enrol --label 'Türe' --rename 'steam kettle'
expect_code 0
hear classify -m mine "$tmp/3250.wav"
expect_match '	steam kettle	'
refuse 64 "'hum' is there already" enrol --label 'steam kettle' --rename hum
refuse 64 "'buzz' is not in $mine" enrol --label buzz --remove
refuse 64 "'buzz' is not in $mine" enrol --label buzz --rename hum
cp "$mine" "$tmp/before.onnx"
hear enrol --label hum --remove
expect_code 0
hear enrol --list
expect_lines 2
hear enrol -m tiny --label 'steam kettle' -o alone "$tmp/3000.wav" "$tmp/3050.wav" "$tmp/3100.wav" \
    "$tmp/3150.wav" "$tmp/3200.wav"
expect_same "$mine" "$models/alone.onnx"
hear enrol --label 'steam kettle' --remove
expect_code 0
expect_match "is gone: 'steam kettle' was its last label"
[ ! -e "$mine" ] || complain "$mine is still there"

# ---- without -m it goes on on the network that it stands on, as it is opened: beside it, too
mkdir "$tmp/beside"
"$builddir/tests/cli/make_backbone" "$tmp/beside" near 0.25 || exit 99
# shellcheck disable=SC2086
hear enrol -m "$tmp/beside/near.onnx" --label hum -o "$tmp/beside/mine.onnx" $low
expect_code 0
hear enrol --label hum -o "$tmp/beside/mine.onnx" "$tmp/450.wav"
expect_code 0
expect_match '^  hum +6 examples'
refuse 66 "here.onnx: there is no background" \
    enrol -m "$tmp/beside/near.onnx" --label hum -o "$tmp/here.onnx" "$tmp/450.wav"

# ---- a head is whole or not there: nothing can be written, or the network is another one
cp "$tmp/before.onnx" "$mine"
if [ "$(id -u)" -ne 0 ]; then
    chmod a-w "$models"
    refuse 74 'mine.onnx: ' enrol --label hum "$tmp/3250.wav"
    chmod u+w "$models"
fi
(
    ulimit -f 8
    trap '' XFSZ
    "$HEARSAY" enrol --label hum "$tmp/3250.wav" >"$tmp/out" 2>"$tmp/err"
    echo $? >"$tmp/code"
)
last="hearsay enrol with a full disk" code=$(cat "$tmp/code")
expect_code 74
expect_error 'mine.onnx: '
expect_same "$tmp/before.onnx" "$mine"
[ "$(find "$models" -name '*mine*' | wc -l)" -eq 1 ] || complain "something was left beside mine.onnx"
refuse 66 'none.wav: ' enrol --label hum "$tmp/none.wav"
expect_same "$tmp/before.onnx" "$mine"

mv "$models/tiny-background.onnx" "$tmp/tiny-background.onnx"
refuse 66 'mine.onnx: there is no background of other sounds: no tiny-background.onnx' enrol --label hum "$tmp/450.wav"
mv "$tmp/tiny-background.onnx" "$models"
"$builddir/tests/cli/make_backbone" "$models" tiny 0.5 || exit 99
refuse 78 'mine.onnx: its backbone is another tiny' classify -m mine "$tmp/450.wav"
refuse 78 'mine.onnx: stands on another network, tiny' enrol --label hum "$tmp/450.wav"
rm "$models/tiny.onnx"
refuse 66 'mine.onnx: its backbone tiny is not there' classify -m mine "$tmp/450.wav"
expect_same "$tmp/before.onnx" "$mine"
refuse 78 'was not made by hearsay enrol' enrol --list -o "$model"
finish
