#!/bin/sh
# train.sh - recordings in, a model out: what it learns, keeps, refuses and tells.
# shellcheck source=tests/cli/lib.sh
. "${srcdir:-.}/tests/cli/lib.sh"

# Two labels: tones below 1 kHz and above, 24 recordings each, in groups of two.
mkdir -p "$tmp/data/low" "$tmp/data/high"
printf 'path\tlabel\tgroup\tsplit\tsource\n' >"$tmp/table.tsv"
i=0
while [ $i -lt 24 ]; do
    sound "data/low/$i.wav" 8000 1 1.2 $((200 + 30 * i))
    sound "data/high/$i.wav" 8000 1 1.2 $((1500 + 60 * i))
    split=train
    [ $i -lt 18 ] || split='test'
    for label in low high; do
        printf 'data/%s/%d.wav\t%s\t%s%d\t%s\there %d\n' \
            $label $i $label $label $((i / 2)) $split $((i / 2 % 2)) >>"$tmp/table.tsv"
    done
    i=$((i + 1))
done
sound silence.wav 8000 1 1 0
cd "$tmp" || exit 99
# the cheapest settings that learn it
small="--patience 0 --arch mlp --hidden 8 --window 1 --hop 0.5 --batch 16 --epochs 40 --lr 0.01 --augment shift,gain,mix"

# A table: learnt, tested, told.
# shellcheck disable=SC2086 # words of options
hear train $small --data table.tsv -o a.onnx --log log.jsonl
expect_code 0
expect_match '^test, by recording: accuracy (100\.0|9[0-9]\.[0-9]) %.*, n 12$'
expect_match '^valid, by recording: '
grep -q 'Whole groups: 28 recordings to learn from, 8 to choose by, drawn with seed 0, 12 to test on' err ||
    complain "how it was split is not told"
[ "$(grep -c '^epoch .* of 40: loss ' err)" -eq 40 ] || complain "not a line an epoch"
kept=$(sed -n 's/^epoch \([0-9]*\) .* \*$/\1/p' err | tail -n 1)
grep -q "^hearsay: a.onnx: epoch $kept is kept, of the least loss" err || complain "which epoch is kept is not told"
[ "$(grep -c '^{"v":1,"type":"epoch","epoch":[1-9][0-9]*,.*"valid_loss":.*}$' log.jsonl)" -eq 40 ] ||
    complain "the log has not 40 epochs"
hear classify -m ./a.onnx -f tsv --by file data/low/20.wav data/high/20.wav
expect_code 0
expect_match '^data/low/20.wav	.*	low	'
expect_match '^data/high/20.wav	.*	high	'
# shellcheck disable=SC2016 # $DATA is to be read as it stands
grep -q 'hearsay train --arch mlp --data \$DATA/table.tsv --output a.onnx --hidden 8 ' a.onnx ||
    complain "the card does not hold the command"
if grep -q "$tmp" a.onnx; then complain "the card holds a path of this machine"; fi

# Same seed, same bytes, whatever the number of threads; another seed, others.
# shellcheck disable=SC2086
hear train $small --data table.tsv -o b/a.onnx -q
expect_code 74
expect_error 'b/a.onnx: cannot write: No such file'
mkdir b c
# shellcheck disable=SC2086
hear train $small --data table.tsv -o b/a.onnx -q --threads 1
expect_code 0
expect_quiet
expect_same a.onnx b/a.onnx
# shellcheck disable=SC2086
hear train $small --data table.tsv -o c/a.onnx -q --threads 3 --seed 5
expect_code 0
if cmp -s a.onnx c/a.onnx; then complain "another seed gives the same model"; fi

# A folder, with made silence and something that is no sound.
echo "no sound" >data/low/notes.txt
# shellcheck disable=SC2086
hear train $small --data data --silence quiet:16 -o d.onnx
expect_code 65
expect_match '^ +quiet +'
grep -q 'Each recording a group of its own' err || complain "the lack of groups is not told"
grep -q '^hearsay: data/low/notes.txt: .*, left out$' err || complain "notes.txt is not named"
tail -n 1 err | grep -q '^hearsay: data: 1 of 65 recordings could not be read$' ||
    complain "the last line does not count what could not be read"
rm data/low/notes.txt
hear classify -m ./d.onnx -f tsv --by file silence.wav
expect_match '	quiet	'

# Crossing: by source and by group, without a model.
# shellcheck disable=SC2086
hear train $small --data table.tsv --cross source -q
expect_code 0
expect_match '^without here 0: accuracy .*, n 20$'
expect_match '^without here 1: accuracy .*, n 16$'
expect_match '^all left out: accuracy .*, n 36$'
# shellcheck disable=SC2086
hear train $small --epochs 2 --data table.tsv --cross 3 -q
expect_code 0
expect_match '^without fold 3: '

# The textbook's: one sigmoid unit, all windows at once.
hear train --arch logreg --sigmoid --input flat --batch all --optimizer sgd --lr 0.1 \
    --schedule constant --init numpy --smoothing 0 --averaging 0 --patience 0 --epochs 40 \
    --window 1 --data table.tsv -o lab.onnx -q
expect_code 0
expect_match '^test, by recording: accuracy (100\.0|9[0-9]\.[0-9]) %'
hear classify -m ./lab.onnx -f tsv --by file data/high/20.wav
expect_match '	high	'

# What train says of the test recordings, evaluate says too, of any length and kind of frames: in
# short ones most of a window is silence.
for i in 1 2 3 4 5 6; do
    for label in low high; do
        [ $label = low ] && hz=$((300 + 40 * i)) || hz=$((1600 + 90 * i))
        mkdir -p "lengths/$label"
        sound "lengths/$label/$i.wav" 8000 1 "$(echo "$i" | awk '{ print 0.013 * 2.3 ^ $1 }')" "$hz"
        [ $i -gt 4 ] && split=train || split='test'
        printf 'lengths/%s/%d.wav\t%s\t%s\n' $label $i $label "$split" >>lengths.rows
    done
done
printf 'path\tlabel\tsplit\n' | cat - lengths.rows >lengths.tsv
"$builddir/tests/cli/make_backbone" . patches || exit 99
for how in '--arch forest --trees 5' '--arch logreg --C 1' '--arch mlp --epochs 1 --window 0.4 --hop 0.1' \
    '--arch wavenet --epochs 1 --window 0.4 --hop 0.3 --batch 4' '--arch mlp --epochs 1 --from ./a.onnx --freeze active1' \
    '--arch mlp --epochs 1 --from ./patches.onnx'; do
    # shellcheck disable=SC2086
    hear train $how --valid 0 --data lengths.tsv -o lengths.onnx -q
    expect_code 0
    told=$(sed -n 's/^test, by .*log loss \(.*\), n \(.*\)$/\1 \2/p' out | tr '\n' ' ')
    hear evaluate -m ./lengths.onnx --data lengths.tsv
    n_checks=$((n_checks + 1))
    [ "$told" = "$(awk '/^.\/lengths.onnx / && NF > 8 || /^  by window/ { printf "%s %s ", $(NF - 2), $1 == "by" ? $3 : $2 }' out)" ] ||
        complain "$how: train said $told"
done

# What learns from all windows at once: a forest, and logistic regression solved.
hear train --arch forest --trees 30 --window 1 --data table.tsv -o forest.onnx --threads 1
expect_code 0
expect_match '^out of bag, by window: accuracy (100\.0|9[0-9]\.[0-9]) %.*, n [0-9]+$'
expect_match '^test, by recording: accuracy (100\.0|9[0-9]\.[0-9]) %'
hear classify -m ./forest.onnx -f tsv --by file data/high/20.wav data/low/20.wav
expect_match '^data/high/20.wav	.*	high	'
expect_match '^data/low/20.wav	.*	low	'
cp forest.onnx other.onnx
hear train --arch forest --trees 30 --window 1 --data table.tsv -o forest.onnx -q --threads 3
expect_same forest.onnx other.onnx
for how in '--C 1' '--C 10 --penalty l1 --balance none --input descriptors' '--C 1 --input descriptors' '--C 1 --sigmoid'; do
    # shellcheck disable=SC2086
    hear train --arch logreg $how --window 1 --valid 0 --data table.tsv -o solved.onnx
    expect_code 0
    grep -q 'table.tsv: solved in [0-9]* steps, objective ' err || complain "$how: not told as solved"
    expect_match '^test, by recording: accuracy (100\.0|9[0-9]\.[0-9]) %'
done
grep -q 'Whole groups: 36 recordings to learn from, 0 to choose by, 12 to test on' err || complain "some held back"

# What is refused, and how.
refuse 64 'mlp has no C' train --arch mlp --C 1 --data table.tsv -o e.onnx
refuse 64 '\-\-penalty goes with \-\-C' train --arch logreg --penalty l1 --data table.tsv -o e.onnx
refuse 64 'logreg has no trees' train --arch logreg --depth 3 --data table.tsv -o e.onnx
refuse 64 'forest has no sigmoid unit' train --arch forest --sigmoid --data table.tsv -o e.onnx
refuse 64 'cnn has no choice of input' train --arch cnn --input flat --data table.tsv -o e.onnx
printf 'path\tlabel\tgroup\tsplit\na.wav\tx\tanna\ttrain\nb.wav\ty\tanna\ttest\n' >leak.tsv
refuse 65 'leak.tsv: group "anna" is in train and in test' \
    train --arch mlp --data leak.tsv -o e.onnx
printf 'path\tlabel\na.wav\tx\nb.wav\n' >short.tsv
refuse 65 'short.tsv: line 3 has 1 columns, the header has 2' \
    train --arch mlp --data short.tsv -o e.onnx
printf 'path\tlabel\na.wav\tx\nb.wav\tx\n' >one.tsv
refuse 65 'one.tsv: has one label: two or more are needed' train --arch mlp --data one.tsv -o e.onnx
refuse 66 'none: No such file' train --arch mlp --data none -o e.onnx
refuse 64 "mlp" train --arch gmm --data table.tsv -o e.onnx
refuse 64 'no augmentation "loud"' train --arch mlp --data table.tsv -o e.onnx --augment eq,loud
refuse 64 'augmentation "none" stands alone' train --arch mlp --data table.tsv -o e.onnx --augment none,eq
refuse 64 'augmentation "none" stands alone' train --arch mlp --data table.tsv -o e.onnx --augment eq,none
refuse 64 '\-\-hidden takes numbers' train --arch mlp --data table.tsv -o e.onnx --hidden 8,x
refuse 64 'cnn has one hidden layer' train --arch cnn --data table.tsv -o e.onnx --hidden 8,4
refuse 64 'logreg has no hidden layers' train --arch logreg --data table.tsv -o e.onnx --hidden 8
refuse 64 '^hearsay: train: --silence takes LABEL' train --arch mlp --data table.tsv -o e.onnx --silence a:0
refuse 64 '^hearsay: train: --silence takes LABEL' train --arch mlp --data table.tsv -o e.onnx --silence a:-1
refuse 64 '^hearsay: train: --silence: label' train --arch mlp --data table.tsv -o e.onnx \
    --silence "$(printf 'a\tb')"
refuse 64 'train: --hop 5 is more than the window.s 1 seconds' train --arch mlp --data table.tsv \
    -o e.onnx --window 1 --hop 5
refuse 64 '^hearsay: train: --cross takes source' train --arch mlp --data table.tsv --cross 1
mkdir -p "bad/$(printf 'a\tb')" bad/c
cp data/low/1.wav "bad/$(printf 'a\tb')/1.wav"
cp data/low/1.wav bad/c/1.wav
refuse 65 "bad: label 'a.b' holds a control character" train --arch mlp --data bad -o e.onnx
refuse 64 '\-\-output or \-\-cross is missing' train --arch mlp --data table.tsv
refuse 64 '\-\-batch takes' train --arch mlp --data table.tsv -o e.onnx --batch 0
[ ! -e e.onnx ] || complain "e.onnx is there"

# A window longer than the recordings is the same to train and to evaluate, whatever is heard.
for input in stats descriptors; do
    hear train --arch logreg --C 1 --input $input --window 3 --data table.tsv -o long.onnx -q
    expect_code 0
    said=$(sed -n 's/^test, by recording: .*log loss \([0-9.]*\),.*/\1/p' out)
    hear evaluate -m ./long.onnx --data table.tsv
    expect_match "^\./long\.onnx .* $said  "
done

# A new last layer on another model's network, which stays as it is.
hear train --arch logreg --from ./a.onnx --freeze active1 --data table.tsv -o d.onnx
expect_code 0
expect_match '^test, by recording: accuracy (100\.0|9[0-9]\.[0-9]) %'
hear classify -m ./d.onnx -f tsv --by file data/low/20.wav
expect_match '^data/low/20.wav	.*	low	'
hear model show ./d.onnx
expect_match '^  [a-z.]*active1 *Relu '
expect_match '^ .* --from a\.onnx --freeze active1'
# An mlp on it, with augmented copies: the same bytes whatever the number of threads.
for threads in 1 3; do
    mkdir -p t$threads
    hear train --arch mlp --hidden 12,6 --dropout 0 --from ./a.onnx --freeze active1 --augment shift,gain \
        --copies 2 --epochs 60 --batch 16 --lr 0.01 --patience 0 --data table.tsv -o t$threads/h.onnx -q --threads $threads
    expect_code 0
    expect_match '^valid, by recording: accuracy 100\.0 %'
done
expect_same t1/h.onnx t3/h.onnx
hear train --arch mlp --hidden 12,6 --dropout 0 --from ./a.onnx --freeze active1 --epochs 60 --batch 16 \
    --lr 0.01 --patience 0 --data table.tsv -o h0.onnx -q
expect_code 0
if cmp -s t1/h.onnx h0.onnx; then complain "the copies change nothing"; fi
# left out of a head in the same way as of a whole network
hear train --arch mlp --hidden 12 --from ./a.onnx --freeze active1 --epochs 40 --batch 16 --lr 0.01 --cross source \
    --data table.tsv -q
expect_code 0
expect_match '^all left out: accuracy (100\.0|9[0-9]\.[0-9]) %.*, n 36$'
hear tune --arch logreg --from ./a.onnx --freeze active1 --grid 'C=0.01,1 copies=0,1' --augment shift \
    --data table.tsv --folds 2 -f tsv -q
expect_code 0
expect_match '^0\.01	1	0\.9[0-9]*	|^0\.01	1	1\.0*	'
n_checks=$((n_checks + 1))
[ "$(wc -l <out)" -eq 5 ] || complain "not four points"

# A head apart holds no weight of the other network, needs it beside itself, and no other one.
mkdir heads
hear train --arch logreg --from ./a.onnx --freeze probs --apart --data table.tsv -o heads/d.onnx
expect_code 0
expect_match '^test, by recording: accuracy (100\.0|9[0-9]\.[0-9]) %'
n_checks=$((n_checks + 1))
[ "$(wc -c <heads/d.onnx)" -lt "$(($(wc -c <a.onnx) - 1000))" ] || complain "as large as the whole"
refuse 66 'heads/d.onnx: its backbone a is not there' classify -m heads/d.onnx data/low/20.wav
cp a.onnx heads
hear classify -m heads/d.onnx -f tsv --by file data/low/20.wav data/high/20.wav
expect_match '^data/low/20.wav	.*	low	'
expect_match '^data/high/20.wav	.*	high	'
cp c/a.onnx heads/a.onnx
hear classify -m heads/d.onnx data/low/20.wav
n_checks=$((n_checks + 1))
[ "$code" -ne 0 ] || complain "another network is as good"
refuse 64 "'active1' is no output" \
    train --arch logreg --from ./a.onnx --freeze active1 --apart --data table.tsv -o e.onnx -q
cp a.onnx heads/a.onnx
refuse 64 'heads/a.onnx is the network that the head stands on' \
    train --arch logreg --from heads/a.onnx --freeze probs --apart --data table.tsv -o heads/../heads/a.onnx -q
expect_same a.onnx heads/a.onnx
for arch in '' '--arch logreg' '--arch mlp'; do
    # shellcheck disable=SC2086
    refuse 64 '--from d: it is a head, without a network of its own; --from a trains' \
        train --from heads/d.onnx $arch --data table.tsv -o e.onnx -q
done

# In two steps: the old labels tell low from high, the rest which low it is.
awk -F '	' -v OFS='	' 'NR > 1 && $2 == "low" { split($1, p, /[\/.]/); n = p[3]; $2 = n < 9 ? "low-a" : "low-b"; $3 = $2 n }
    { print }' table.tsv >three.tsv
printf '# what a knows\nlow\tlow\nhigh\thigh\n' >groups.tsv
for threads in 1 3; do
    hear train --arch logreg --from ./a.onnx --freeze standard --groups groups.tsv --C 1 --valid 0 \
        --data three.tsv -o t$threads/g.onnx --threads $threads
    expect_code 0
    expect_match '^test, by recording: accuracy (100\.0|9[0-9]\.[0-9]) %'
done
expect_same t1/g.onnx t3/g.onnx
grep -q 'three.tsv: solved in [0-9]* steps' err || complain "not told as solved"
hear classify -m ./t1/g.onnx -f tsv --by file data/low/1.wav data/low/12.wav data/high/20.wav
expect_match '^data/low/1.wav	.*	low-a	'
expect_match '^data/low/12.wav	.*	low-b	'
expect_match '^data/high/20.wav	.*	high	'
printf 'low\tlow\nrest\thigh\n' >groups.tsv
refuse 65 'three.tsv: the label "high" belongs to no group' \
    train --arch logreg --from ./a.onnx --freeze standard --groups groups.tsv --data three.tsv -o e.onnx -q
printf 'low\tdeep\n' >groups.tsv
refuse 65 "groups.tsv: line 1: the model has no label 'deep'" \
    train --arch logreg --from ./a.onnx --freeze standard --groups groups.tsv --data three.tsv -o e.onnx -q

for head in '--arch logreg' '--arch mlp --epochs 1' '--epochs 1'; do
    # shellcheck disable=SC2086
    refuse 64 'sigmoid is for two labels, there are 3' \
        train $head --from ./a.onnx --freeze standard --sigmoid --data three.tsv -o e.onnx -q
done

# The network itself goes on learning: what it knows of a label it begins with.
hear train --from ./a.onnx --epochs 1 --lr 1e-6 --averaging 0 --data table.tsv -o t1/on.onnx -q --threads 1
expect_code 0
expect_match '^test, by recording: accuracy (100\.0|9[0-9]\.[0-9]) %'
hear train --from ./a.onnx --epochs 1 --lr 1e-6 --averaging 0 --data table.tsv -o t3/on.onnx -q --threads 3
expect_same t1/on.onnx t3/on.onnx
hear train --from ./a.onnx --freeze active1 --epochs 60 --batch 16 --lr 0.01 --augment shift --valid 0 --data three.tsv -o further.onnx
expect_code 0
hear model show ./further.onnx
expect_match '^ .* --from a\.onnx --freeze active1'
hear classify -m ./further.onnx -f tsv --by file data/high/20.wav
expect_match '	high	'

for silence in quiet:16:-10 quiet:0 quiet::-50 :16; do
    refuse 64 '\-\-silence takes' train --arch mlp --silence "$silence" --data table.tsv -o e.onnx -q
done

refuse 64 'goes with --arch logreg or mlp' train --arch cnn --from ./a.onnx --data table.tsv -o e.onnx
refuse 64 'names no embedding' train --arch logreg --from ./a.onnx --data table.tsv -o e.onnx
refuse 64 'goes with --from' train --arch logreg --freeze active1 --data table.tsv -o e.onnx
refuse 64 'go with --from' train --arch logreg --copies 2 --data table.tsv -o e.onnx
refuse 64 'go with --from' train --from ./a.onnx --apart --data table.tsv -o e.onnx
refuse 64 '\-\-arch is missing' train --data table.tsv -o e.onnx
refuse 64 'are those of --from' train --from ./a.onnx --window 2 --data table.tsv -o e.onnx
refuse 64 'mix and background' train --arch mlp --from ./a.onnx --freeze active1 --augment mix \
    --data table.tsv -o e.onnx
refuse 64 "no value 'nowhere'" \
    train --arch logreg --from ./a.onnx --freeze nowhere --data table.tsv -o e.onnx -q
# before a recording is looked at: otherwise each of these would be told, too
printf 'path\tlabel\nno-a.wav\tlow\nno-b.wav\thigh\n' >missing.tsv
refuse 64 "no value 'nowhere'" \
    train --arch logreg --from ./a.onnx --freeze nowhere --data missing.tsv -o e.onnx -q
refuse 64 "no value 'nowhere'" train --from ./a.onnx --freeze nowhere --data missing.tsv -o e.onnx -q
refuse 64 "no value 'nowhere'" tune --from ./a.onnx --freeze nowhere --grid lr=0.1,0.2 --data missing.tsv -q
refuse 64 "'probs' is not before" train --from ./a.onnx --freeze probs --data table.tsv -o e.onnx -q

# How labels are balanced is told, on stderr and in the log; the rate falls in steps.
# shellcheck disable=SC2086
hear train $small --epochs 3 --balance weight --schedule step --step-epochs 1 --step-factor 0.5 \
    --clip 1 --data table.tsv -o w.onnx --log w.jsonl
expect_code 0
grep -q 'recordings are drawn alike, and count by how rare their label is' err || complain "not told"
head -n 1 w.jsonl | grep -q '"type":"training","command":"hearsay train .*--balance weight.*","balance":"recordings are drawn alike' ||
    complain "not in the log"
grep -o '"lr":[0-9.]*' w.jsonl | tr '\n' ' ' | grep -q '"lr":0.01 "lr":0.005 "lr":0.0025 ' || complain "no steps"
refuse 64 'go with --schedule step' train --arch mlp --step-epochs 3 --data table.tsv -o e.onnx
refuse 64 "'fall': must be one of cosine.step.constant" \
    train --arch mlp --schedule fall --data table.tsv -o e.onnx

# Ctrl-C keeps the best so far, and ends by the signal.
# shellcheck disable=SC2086
"$HEARSAY" train $small --epochs 1000000 --data table.tsv -o f.onnx \
    --log f.jsonl >out 2>err </dev/null &
pid=$! last="hearsay train, interrupted" waited=0
: >f.jsonl
while [ "$(wc -l <f.jsonl)" -lt 2 ] && [ $waited -lt 300 ]; do
    sleep 0.1
    waited=$((waited + 1))
done
kill -TERM $pid
wait $pid
code=$?
expect_code 143
grep -q 'f.onnx: interrupted: the best weights until now are kept' err || complain "not told"
[ "$(find . -name 'f.onnx*')" = ./f.onnx ] || complain "f.onnx is not alone"
hear classify -m ./f.onnx -f tsv --by file data/high/20.wav
expect_code 0
expect_match '	(low|high)	'

# A training that was ended goes on to the same bytes.
# shellcheck disable=SC2086
hear_until state train $small --data table.tsv -o b/a.onnx --resume state --log g.jsonl
rm -f b/a.onnx state?*
# shellcheck disable=SC2086
hear train $small --data table.tsv -o b/a.onnx --resume state --log g.jsonl
expect_code 0
expect_same a.onnx b/a.onnx
n_checks=$((n_checks + 1))
[ "$(grep -c '"epoch":1,' g.jsonl)" -eq 1 ] || complain "it began anew, or its log did"
[ "$(grep -c '"epoch":40,' g.jsonl)" -eq 1 ] || complain "its log has no end"
# what is over stays so
# shellcheck disable=SC2086
hear train $small --data table.tsv -o b/a.onnx --resume state -q
expect_code 0
expect_same a.onnx b/a.onnx
# another training's, a broken one, none
# shellcheck disable=SC2086
for other in '--lr 0.02' '--balance none' '--activation leaky_relu' '--hop 0.4'; do
    # shellcheck disable=SC2086
    refuse 65 'state: the checkpoint of another training' \
        train $small --data table.tsv -o b/a.onnx --resume state -q $other
done
awk -F '	' -v OFS='	' 'NR == 2 { p = $1; $1 = "data/high/20.wav" } $1 == "data/high/20.wav" && NR > 2 { $1 = p }
    { print }' table.tsv >others.tsv
# shellcheck disable=SC2086
refuse 65 'state: the checkpoint of another training' train $small --data others.tsv -o b/a.onnx --resume state -q
head -c 2000 state >half
# shellcheck disable=SC2086
refuse 65 'half: a checkpoint that is cut short' train $small --data table.tsv -o b/a.onnx --resume half -q
# shellcheck disable=SC2086
refuse 65 'table.tsv: not a checkpoint' \
    train $small --data table.tsv -o b/a.onnx --resume table.tsv -q
# shellcheck disable=SC2086
refuse 65 'table.tsv: not a checkpoint' \
    train $small --data missing.tsv -o b/a.onnx --resume table.tsv -q
# shellcheck disable=SC2086
refuse 65 'state: the checkpoint of another training' \
    train $small --data missing.tsv -o b/a.onnx --resume state -q
# shellcheck disable=SC2086
refuse 74 'nowhere/state: cannot write' train $small --data missing.tsv -o b/a.onnx --resume nowhere/state -q
refuse 64 'without epochs' train --arch forest --data table.tsv -o b/a.onnx --resume none
finish
