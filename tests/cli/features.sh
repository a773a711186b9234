#!/bin/sh
# features.sh - frames as a NumPy file.
# shellcheck source=tests/cli/lib.sh
. "${srcdir:-.}/tests/cli/lib.sh"
sound a.wav 16000 1 1 300
cd "$tmp" || exit 99

hear features -m "$model" -o a.npy a.wav
expect_code 0
expect_quiet
expect_no_output
# (16000 - 512) / 160 + 1 = 97 frames of 16 bands
head -c 128 a.npy | grep -q "'descr': '<f4', 'fortran_order': False, 'shape': (97, 16)" ||
    complain "the header is not that of 97 frames of 16 bands"
[ "$(wc -c <a.npy)" -eq $((128 + 97 * 16 * 4)) ] || complain "$(wc -c <a.npy) bytes"
hear features -m "$model" a.wav
expect_code 0
expect_same a.npy
"$HEARSAY" features -m "$model" - <a.wav >out 2>err
code=$? last="hearsay features - <a.wav"
expect_code 0
expect_same a.npy

# a closed pipe ends it quietly
{
    sleep 0.3
    "$HEARSAY" features -m "$model" a.wav 2>err
    echo $? >status
} | true
code=$(cat status) last="hearsay features a.wav | true"
expect_code 0
[ ! -s err ] || complain "stderr says: $(cat err)"

refuse 66 'none.wav: ' features -m "$model" -o none.npy none.wav
refuse 65 'model.onnx: ' features -m "$model" -o none.npy model.onnx
[ ! -e none.npy ] || complain "none.npy is there"
refuse 74 'nowhere/a.npy: cannot write: No such file' features -m "$model" -o nowhere/a.npy a.wav
finish
