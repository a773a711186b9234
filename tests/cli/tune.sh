#!/bin/sh
# tune.sh - settings tried on folds: the table in its forms, and what is refused.
# shellcheck source=tests/cli/lib.sh
. "${srcdir:-.}/tests/cli/lib.sh"

mkdir -p "$tmp/data/low" "$tmp/data/high"
printf 'path\tlabel\tgroup\tsplit\n' >"$tmp/table.tsv"
i=0
while [ $i -lt 15 ]; do
    sound "data/low/$i.wav" 8000 1 1.2 $((200 + 30 * i))
    sound "data/high/$i.wav" 8000 1 1.2 $((1500 + 60 * i))
    split=train
    [ $i -lt 12 ] || split='test'
    for label in low high; do
        printf 'data/%s/%d.wav\t%s\t%s%d\t%s\n' $label $i $label $label $((i / 2)) $split \
            >>"$tmp/table.tsv"
    done
    i=$((i + 1))
done
cd "$tmp" || exit 99

# Every value with every other, on the 24 recordings of train, each tested once.
hear tune --arch logreg --input descriptors --window 1 --valid 0 --folds 3 --data table.tsv \
    --grid 'C=0.000001,1 penalty=l1,l2' -q
expect_code 0
expect_match '^ +C  penalty  accuracy   95 % interval  balanced  log loss     n$'
expect_match '^0\.000001       l1    50\.0 %    31\.4 \.\. 68\.6    50\.0 %     0\.693    24$'
expect_match '^       1       l2   (100\.0|9[0-9]\.[0-9]) %.*  24$'
expect_match '^best: --C 1 --penalty l[12]$'
[ "$(wc -l <out)" -eq 6 ] || complain "not a line a point"

cp out one.txt
hear tune --arch logreg --input descriptors --window 1 --valid 0 --folds 3 --data table.tsv \
    --grid 'C=0.000001,1' --grid penalty=l1,l2 -q
expect_same out one.txt

# The same in other forms, and with any number of threads.
hear tune --arch logreg --input descriptors --window 1 --valid 0 --folds 3 --data table.tsv \
    --grid 'C=0.000001,1 penalty=l1,l2' -q -f tsv --threads 1
expect_code 0
expect_match '^C	penalty	accuracy	low	high	balanced	log_loss	n$'
expect_match '^0\.000001	l1	0\.500000	0\.31427[0-9]	0\.68572[0-9]	0\.500000	0\.693147	24$'
cp out one.tsv
hear tune --arch logreg --input descriptors --window 1 --valid 0 --folds 3 --data table.tsv \
    --grid 'C=0.000001,1 penalty=l1,l2' -q -f tsv --threads 3
expect_same out one.tsv
hear tune --arch mlp --epochs 2 --window 1 --folds 2 --data table.tsv --grid 'hidden=4+3' -q -f jsonl
expect_code 0
expect_match '^\{"v":1,"type":"tuned","settings":\{"hidden":"4,3"\},"accuracy":.*,"n":24\}$'
# The page: a chart for each option that has several values.
hear tune --arch logreg --input descriptors --window 1 --valid 0 --folds 3 --data table.tsv \
    --grid 'C=0.000001,1 penalty=l1' -q --report page.html
expect_code 0
[ "$(grep -c '<svg' page.html)" -eq 1 ] || complain "not a chart for C alone"
grep -q '>Right against C</text>' page.html || complain "no title"
grep -qE '(src|href)="(http|//|[^d])' page.html && complain "the page needs other files"
hear tune --window 1 --folds 2 --epochs 1 --data table.tsv --grid 'arch=mlp,logreg' -q --report page.html
expect_code 0
grep -q '<h1>several architectures on table.tsv, 2 folds</h1>' page.html || complain "no heading"
hear train --arch mlp --hidden 2 --window 1 --epochs 1 --data table.tsv -q -o seen.onnx
hear tune --from ./seen.onnx --folds 2 --epochs 1 --data table.tsv --grid 'lr=0.01' -q --report page.html
expect_code 0
grep -q '<h1>seen further on table.tsv, 2 folds</h1>' page.html || complain "no heading"
refuse 74 'nowhere/page.html: cannot write' tune --arch logreg --data table.tsv --report nowhere/page.html
# Without a grid there is one point; another input loads other frames.
hear tune --arch forest --trees 10 --window 1 --folds 2 --data table.tsv -q
expect_code 0
[ "$(wc -l <out)" -eq 2 ] || complain "not one point"
hear tune --arch forest --trees 10 --window 1 --folds 2 --data table.tsv -q \
    --grid 'input=stats,descriptors'
expect_code 0
expect_match '^best: --input (stats|descriptors)$'

# What is refused, before anything is tried.
# Nobody reads on, or nothing more can be written.
{
    "$HEARSAY" tune --arch forest --trees 10 --window 1 --folds 2 --data table.tsv -q \
        --grid 'input=stats,descriptors' 2>err
    echo $? >status
} | true
code=$(cat status) last="hearsay tune | true"
expect_code 0
[ ! -s err ] || complain "it tells of a closed pipe"
if [ -w /dev/full ]; then
    "$HEARSAY" tune --arch forest --trees 10 --window 1 --folds 2 --data table.tsv -q 2>err >/dev/full
    code=$? last="hearsay tune >/dev/full"
    expect_code 74
    expect_error 'standard output: cannot write: No space left'
fi
refuse 64 "\-\-C 'x': must be a number" tune --arch logreg --data table.tsv --grid 'C=1,x'
refuse 64 "\-\-grid has C twice" tune --arch logreg --data table.tsv --grid 'C=1,2 penalty=l1 C=3'
refuse 64 "\-\-grid has C twice" tune --arch logreg --data table.tsv --grid C=1,2 --grid C=3
refuse 64 "\-\-grid: 'colour' cannot be tried" tune --arch logreg --data table.tsv --grid 'colour=1'
refuse 64 "\-\-grid: 'data' cannot be tried" tune --arch logreg --data table.tsv --grid 'data=a,b'
refuse 64 '\-\-grid: no values for C' tune --arch logreg --data table.tsv --grid 'C='
refuse 64 'mlp has no C' tune --arch mlp --data table.tsv --grid 'C=1'
refuse 64 'unrecognized option|unknown option|--output' tune --arch mlp --data table.tsv --output x
refuse 65 'table.tsv: has too few groups for 100 folds' tune --arch mlp --data table.tsv --folds 100
refuse 66 'none: No such file' tune --arch mlp --data none
finish
