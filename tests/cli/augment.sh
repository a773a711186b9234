#!/bin/sh
# augment.sh - copies of recordings, and the table that keeps them in their groups.
# shellcheck source=tests/cli/lib.sh
. "${srcdir:-.}/tests/cli/lib.sh"
mkdir -p "$tmp/data/low/x" "$tmp/data/high"
sound data/low/x/a.wav 16000 1 1 300
sound data/low/x/b.wav 44100 2 1 350
sound data/high/c.wav 8000 1 1 2000
sound hum.wav 16000 1 0.3 50 120
cd "$tmp" || exit 99

# a folder: two copies of each, in a table that train can read
hear augment -n 2 --stretch 0.8:1.2 --pitch -3:3 --room 0.2 --white 20 -o one data
expect_code 0
expect_no_output
grep -qx 'hearsay: one: 6 copies' err || complain "does not say 6 copies"
[ "$(wc -l <one/table.tsv)" -eq 10 ] || complain "not a header, 3 originals, 6 copies"
head -n 1 one/table.tsv | grep -qx "$(printf 'path\tlabel\tgroup')" || complain "another header"
[ "$(cut -f 3 one/table.tsv | grep -cx x)" -eq 6 ] || complain "copies left their group"
n=$(tail -n +2 one/table.tsv | cut -f 1 | grep -c '^high/c-1-[12]\.wav$')
[ "$n" -eq 2 ] || complain "high/c has $n copies by name"
tail -n +2 one/table.tsv | cut -f 1 | while read -r path; do
    case $path in /*) [ -e "$path" ] ;; *) [ -e "one/$path" ] ;; esac || echo "$path"
done >missing
[ ! -s missing ] || complain "the table names what is not there: $(cat missing)"
hear classify -m "$model" --by file one/low/a-2-1.wav one/high/c-1-2.wav
expect_code 0

# the same seed, the same bytes; another one, others
hear augment -q -n 2 --stretch 0.8:1.2 --pitch -3:3 --room 0.2 --white 20 -o two data
expect_code 0
expect_quiet
for f in low/a-2-1 low/b-3-2 high/c-1-1; do expect_same one/$f.wav two/$f.wav; done
hear augment -q --seed 1 -n 2 --stretch 0.8:1.2 --pitch -3:3 --room 0.2 --white 20 -o two data
cmp -s one/low/a-2-1.wav two/low/a-2-1.wav && complain "another seed gives the same bytes"

# a table with splits: train alone is copied, all are listed, and noise is of the same split
{
    printf 'path\tlabel\tgroup\tsplit\tsource\n'
    printf 'low/x/a.wav\tlow\tg1\ttrain\ts1\n'
    printf 'high/c.wav\thigh\tg2\ttest\ts2\n'
} >data/t.tsv
hear augment -q --gain -6 -o three data/t.tsv
expect_code 0
[ "$(cut -f 2- three/table.tsv | sort)" = "$(printf 'high\tg2\ttest\ts2\nlabel\tgroup\tsplit\tsource\nlow\tg1\ttrain\ts1\nlow\tg1\ttrain\ts1')" ] ||
    complain "another table: $(cat three/table.tsv)"
hear augment -q --gain -6 --split all --only-copies -o three data/t.tsv
expect_code 0
[ "$(cut -f 1,4 three/table.tsv | tail -n +2)" = "$(printf 'low/a-1-1.wav\ttrain\nhigh/c-2-1.wav\ttest')" ] ||
    complain "another table: $(cat three/table.tsv)"
hear augment -q --noise 10 --noises data/t.tsv -o three data/t.tsv
expect_code 0
{
    printf 'path\tlabel\tsplit\n'
    printf '../hum.wav\thum\ttest\n'
} >data/noise.tsv
mkdir tables
cp data/t.tsv tables/t.tsv
hear augment -q --noise 10 --noises tables/t.tsv --root data -o three tables/t.tsv
expect_code 0
expect_quiet
refuse 65 'no noise in the split train' augment -q --noise 10 --noises data/noise.tsv -o three data/t.tsv

# one recording, and noise from another
hear augment -q --noise 5 --noises hum.wav --codec --lowpass 3000:3400 --highpass 100 -o four data/high/c.wav
expect_code 0
[ -e four/high/c-1-1.wav ] || complain "no four/high/c-1-1.wav"
hear augment -q --shift 0.5 --chance 0 -o five data/low/x/a.wav
expect_code 0

# what cannot be read is told at the end, and the rest is there
cp "$model" data/high/d.wav
hear augment -q --gain 1 -o six data
expect_code 65
expect_error 'data/high/d.wav: .*, left out'
[ "$(wc -l <six/table.tsv)" -eq 7 ] || complain "not a header, 3 originals, 3 copies"

refuse 66 'none: No such' augment --gain 1 -o seven none
refuse 66 'none.tsv: No such' augment --gain 1 -o seven none.tsv
refuse 65 'model.onnx: ' augment --gain 1 -o seven model.onnx
refuse 65 'standard input: is no file that can be read again' augment --gain 1 -o seven -
mkfifo pipe.wav
refuse 65 'pipe.wav: is no file that can be read again' augment --gain 1 -o seven pipe.wav
refuse 65 'standard input: is no file that can be' augment --noise 5 --noises - -o seven data
mkdir empty
refuse 65 'empty: has no recordings' augment --gain 1 -o seven empty
refuse 74 'nowhere/x: cannot make the folder: No such' augment --gain 1 -o nowhere/x data
refuse 64 'no effect' augment -o seven data
refuse 64 'go together' augment --noise 5 -o seven data
refuse 64 'go together' augment --gain 5 --noises hum.wav -o seven data
refuse 64 'one DATA' augment --gain 5 -o seven
refuse 64 '--output FOLDER is needed' augment --gain 5 data
for value in x 0 5 1.2:0.8 0.8: nan; do
    refuse 64 "--stretch '$value': must be a number from 0.25 to 4" augment --stretch "$value" -o seven data
done
refuse 64 "--copies '0'" augment --gain 1 -n 0 -o seven data
refuse 64 "--chance '2'" augment --gain 1 --chance 2 -o seven data
[ ! -e seven ] || complain "seven is there"
finish
