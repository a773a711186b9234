#!/bin/sh
# evaluate.sh - hearsay evaluate: figures worked out by hand, bad data, and the page.
. "${srcdir:-.}/tests/cli/lib.sh"

mkdir -p "$tmp/d/low" "$tmp/d/nothing"
sound d/low/a.wav 16000 1 1.0 300
sound d/low/b.wav 16000 1 0.7 300
sound d/nothing/a.wav 16000 1 0.4 0
# what is low is called nothing: one of four is wrong
sound d/nothing/wrong.wav 16000 1 1.0 300

hear evaluate -m "$model" --data "$tmp/d"
expect_code 0
expect_quiet
expect_match '^'"$model"' +4 +75\.0 +30\.1 \.\. 95\.4 +75\.0 '
# one alarm of low in 1.4 s of nothing; the first window ends after 0.522 s, or with the recording
expect_match '^low +2 +0\.667 +1\.000 +0\.800 .* 2571\.4 +0\.52$'
expect_match '^nothing +2 .* 0\.0 +0\.40$'
expect_match '^nothing +1 +0 +1$'

hear evaluate -m "$model" -m "$model" --data "$tmp/d" -f jsonl --by group
expect_code 0
[ "$(wc -l <"$tmp/out")" -eq 2 ] || complain "not one line a model"
expect_match '"recordings":\{"n":4,"accuracy":0\.750000,"low":0\.300642,"high":0\.954413'
expect_match '"confusion":\[\[2,0,0\],\[0,0,0\],\[1,0,1\]\]'

# what a terminal would act on stays in the file's name
mkdir -p "$tmp/e/low"
cp "$tmp/d/low/a.wav" "$tmp/e/low/$(printf 'a\033[2Jb.wav')"
hear evaluate -m "$model" --data "$tmp/e" --by group
expect_code 0
expect_match 'e/low/a\?\[2Jb\.wav$'

hear evaluate -m "$model" --data "$tmp/d" --report "$tmp/page.html"
expect_code 0
[ "$(grep -c '<figure>' "$tmp/page.html")" -eq 1 ] || complain "the page shows not one mistake"
[ "$(grep -c '<svg' "$tmp/page.html")" -eq 2 ] || complain "the page has not two charts"
grep -qE '(src|href)="(http|//|[^d])' "$tmp/page.html" && complain "the page needs other files"
hear evaluate -m "$model" --data "$tmp/d" --report "$tmp/none/page.html"
expect_code 74
expect_error 'page.html: cannot write: No such file'

# alarms by a threshold that no window reaches, and the recordings as one stream
hear evaluate -m "$model" --data "$tmp/d" --threshold 1 --stream -f jsonl
expect_code 0
expect_match '"threshold":1\.000000,.*"label":"low".*"false_alarms":0,.*"missed":1\.000000,"delay_s":null'
expect_match '"stream":\{"events":[1-4],"seconds":3\.1000[0-9]*,'
hear evaluate -m "$model" --data "$tmp/d" --stream
expect_code 0
expect_match '^stream +events missed % +delay s false alarms an hour$'
expect_match '^all +[1-4] '

# Three times 2 s of each, in the stream's order two events of each. low is heard with the first
# window (0.522 s) at the beginning, and later once a window holds a little of it.
mkdir -p "$tmp/s/low" "$tmp/s/nothing"
for i in 1 2 3; do
    sound s/low/$i.wav 8000 1 2 300
    sound s/nothing/$i.wav 16000 1 2 0
done
hear evaluate -m "$model" --data "$tmp/s" --stream
expect_code 0
expect_match '^low +2 +0\.0 +0\.32 +0 +0\.0$'
expect_match '^nothing +2 +0\.0 +0\.42 +0 +0\.0$'
expect_match '^all +4 +0\.0 +0\.37 +0 +0\.0$'

# learning curves of a log
printf '{"v":1,"type":"epoch","epoch":%d,"loss":%s,"accuracy":0.5,"valid_loss":1,"valid_accuracy":0.5,"best":true}\n' \
    1 2 2 1.5 >"$tmp/log.jsonl"
hear evaluate -m "$model" --data "$tmp/d" --report "$tmp/page.html" --log "$tmp/log.jsonl"
expect_code 0
[ "$(grep -c '<svg' "$tmp/page.html")" -eq 4 ] || complain "the page has not four charts"
grep -q 'Learning: loss' "$tmp/page.html" || complain "no learning curves"
hear evaluate -m "$model" --data "$tmp/d" --log "$tmp/log.jsonl"
expect_code 64
expect_error '\-\-log goes with \-\-report'
hear evaluate -m "$model" --data "$tmp/d" --report "$tmp/page.html" --log "$tmp/page.html"
expect_code 65
expect_error 'page.html: line 1: '

# an unreadable recording is told last, the others count
echo text >"$tmp/d/low/bad.wav"
hear evaluate -m "$model" --data "$tmp/d"
expect_code 65
expect_error 'd/low/bad.wav: not a sound file'
expect_match ' +4 +75\.0 '
mkdir -p "$tmp/bad/low" && mv "$tmp/d/low/bad.wav" "$tmp/bad/low" || exit 99
mkdir "$tmp/empty"
refuse 65 'empty: has no recordings' evaluate -m "$model" --data "$tmp/empty"
hear evaluate -m "$model" --data "$tmp/bad" --report "$tmp/bad.html"
expect_code 65
grep -q 'bad: no recording could be read' "$tmp/err" || complain "not told"
[ -s "$tmp/out" ] && complain "a table of nothing"
[ -e "$tmp/bad.html" ] && complain "a page of nothing"

# splits: the table's test recordings alone; a group in two splits is refused
printf 'path\tlabel\tgroup\tsplit\nd/low/a.wav\tlow\tx\ttest\nd/low/b.wav\tlow\ty\ttrain\n' >"$tmp/t.tsv"
hear evaluate -m "$model" --data "$tmp/t.tsv"
expect_code 0
expect_match '^low +1 +1\.000 '
hear evaluate -m "$model" --data "$tmp/t.tsv" --split valid
expect_code 65
expect_error "has no recording in the split 'valid'"
printf 'd/nothing/a.wav\tnothing\tx\ttrain\n' >>"$tmp/t.tsv"
hear evaluate -m "$model" --data "$tmp/t.tsv"
expect_code 65
expect_error "'?x'?"

mkdir "$tmp/d/dog"
sound d/dog/a.wav 16000 1 1.0 300
hear evaluate -m "$model" --data "$tmp/d"
expect_code 65
expect_error "the model has no label 'dog'"
hear evaluate -m "$model"
expect_code 64
hear evaluate -m "$model" --data "$tmp/none"
expect_code 66
finish
