#!/bin/sh
# model.sh - what model show says of a file.
# shellcheck source=tests/cli/lib.sh
. "${srcdir:-.}/tests/cli/lib.sh"

hear model show "$model"
expect_code 0
expect_quiet
expect_match '^  labels    low, high, nothing$'
# 49 hops of 160 samples and a frame of 512 are 8352 samples at 16 kHz
expect_match '^  window    0\.5220 s \(50 frames\)$'
expect_match '^  hop       0\.1000 s \(10 frames\)$'
expect_match '^  front end features=mel, rate_hz=16000, n_fft=512, '
expect_match '^  output    softmax$'
# 800 inputs times 3 and 3 biases
expect_match '^  sum    Gemm  *\[1, 3\]  *2,403  *2,400$'
expect_match '^  flat   Flatten  *\[1, 800\]  *folded$'
expect_match '^  made by hand$'
hear model -f text show "$model"
expect_code 0

hear model show -f json "$model"
expect_code 0
expect_lines 1
expect_match '^\{"v":1,"file":".*/model\.onnx","labels":\["low","high","nothing"\],"output":"softmax",'
expect_match '"window_frames":50,"window_s":0\.522,"hop_frames":10,"hop_s":0\.1[,}]'
expect_match '"operator":"Gemm","output":\[1,3\],"parameters":2403,"macs":2400,"folded":false'

refuse 64 'what to do is missing' model
refuse 64 "'hide'" model hide "$model"
refuse 64 'one MODEL is needed' model show
refuse 64 'one MODEL is needed' model show "$model" "$model"
refuse 66 'no such model here' model show nothing
refuse 66 '/none.onnx: No such file' model show "$tmp/none.onnx"
head -c 1000 "$model" >"$tmp/cut.onnx"
refuse 78 'cut.onnx: not an ONNX file, or cut short$' model show "$tmp/cut.onnx"
# what is wrong stands behind what is known
sed 's/hearsay\.hop/hearsay.hip/' "$model" >"$tmp/hip.onnx"
hear model show "$tmp/hip.onnx"
expect_code 78
expect_error 'hip.onnx: hearsay.hop is missing'
expect_match '^  sum    Gemm '
sed 's/Gemm/Germ/' "$model" >"$tmp/germ.onnx"
hear model show "$tmp/germ.onnx"
expect_code 78
expect_error 'germ.onnx: .*Germ'
expect_match '^  sum    Germ '
expect_match '^  labels    low, high, nothing$'
if [ -w /dev/full ]; then
    "$HEARSAY" model show "$model" >/dev/full 2>"$tmp/err"
    code=$? last="hearsay model show >/dev/full"
    expect_code 74
fi
finish
