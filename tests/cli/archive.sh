#!/bin/sh
# archive.sh - what the README says of an archive on many machines, run as it stands there.
# shellcheck source=tests/cli/lib.sh
. "${srcdir:-.}/tests/cli/lib.sh"
cd "$tmp" || exit 99
mkdir -p archive "$XDG_DATA_HOME/hearsay/models" bin
cp "$model" "$XDG_DATA_HOME/hearsay/models/everyday.onnx"
ln -s "$(realpath "$HEARSAY")" bin/hearsay
PATH=$tmp/bin:$PATH
sound archive/a.flac 16000 1 1 300 || { echo "no flac here"; exit 77; }
for name in b c d "e f"; do cp archive/a.flac "archive/$name.flac"; done
mkdir archive/2024
sound archive/2024/a.flac 16000 1 2 6000

# the section's blocks, in files 1, 2, ...
awk '/^## / { inside = /An archive/ } inside && /^```/ { block = !block; n += block; next }
     inside && block { print >n }' "$srcdir/README.md"
for n in 1 2 3 4; do [ -s $n ] || { echo "README.md has no block $n there"; exit 1; }; done

# run SCRIPT: as a command that is to end well
run() {
    sh "$1" >out 2>err
    code=$? last="README.md's: $(head -n 1 "$1")"
    expect_code 0
}
run 1
expect_quiet
[ "$(wc -l <files.txt)" -eq 6 ] || complain "files.txt: $(cat files.txt)"
[ "$(find labels -type f | sort | tr '\n' ' ')" = "labels/archive/a.flac.tsv labels/archive/b.flac.tsv " ] ||
    complain "$(find labels -type f)"

# the array, all of its tasks but one: that one is found to be missing, and made up for
for i in 0 1 2 3 5 6 50 99; do
    SLURM_ARRAY_TASK_ID=$i sh 3 >out 2>>array.err || complain "task $i failed"
done
sh 4 >out 2>err
last="README.md's table"
expect_lines 1
expect_match '^archive/c.flac$'
export SLURM_ARRAY_TASK_ID=4
run 3
run 4
expect_quiet
expect_no_output
while read -r name; do
    "$HEARSAY" classify "$name"
done <files.txt >each 2>err
awk 'NR == 1 || !/^source\tstart_s/' each | sort >wanted
sort all.tsv >out
expect_same wanted
head -n 1 all.tsv | grep -q '^source	start_s' || complain "all.tsv has no header"
[ "$(wc -l <all.tsv)" -gt 20 ] || complain "all.tsv is short"

# the same by GNU parallel, this machine for the nodes
if command -v parallel >/dev/null && parallel --version 2>/dev/null | grep -q '^GNU parallel'; then
    rm -rf labels/archive/2024 labels/archive/b.flac.tsv
    sed 's/-S node1,node2 --workdir \. /-S : /' 2 >here
    cmp -s 2 here && complain "no machines to replace in: $(cat 2)"
    run here
    run 4
    expect_no_output
    sort all.tsv >out
    expect_same wanted
fi
finish
