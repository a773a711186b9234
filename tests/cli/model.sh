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
expect_match '"sha256":"[0-9a-f]{64}"'
expect_match '"operator":"Gemm","output":\[1,3\],"parameters":2403,"macs":2400,"folded":false'
# a path of bytes that are not UTF-8 is a path, too
odd=$(printf '%s/m\377"\351.onnx' "$tmp")
cp "$model" "$odd"
hear model show -f json "$odd"
expect_code 0
expect_match "$(printf '^\\{"v":1,"file":".*/m\357\277\275\\\\"\357\277\275\\.onnx","labels":')"

# a network of others: without the metadata of ours, its input open in time
printf 'low\nhigh\r\n nothing \n\n' >"$tmp/labels.txt"
sed 's/hearsay\./hearsaz./g' "$model" >"$tmp/bare.onnx"
import() { hear model import "$tmp/bare.onnx" --labels "$tmp/labels.txt" -o "$tmp/in.onnx" "$@"; }
import --frontend librosa,rate_hz=16000,n_fft=512,hop=160,n_mels=16,top_db=0
expect_code 0
expect_quiet
expect_no_output
hear model show "$tmp/in.onnx"
expect_match '^  labels    low, high, nothing$'
expect_match 'fmax_hz=8000.0'
expect_match '^  output    softmax$'
# half a second is less than half of three: the network looks at patches
expect_match '^  window    2\.9920 s \(297 frames\)$'
expect_match '^  patch     0\.5220 s \(50 frames\)$'
expect_match '^  patch hop 0\.2500 s \(25 frames\)$'
expect_match '^  hop       0\.2500 s \(25 frames\)$'
expect_match '^  Imported from bare\.onnx with the front end librosa,rate_hz=16000,'
[ -n "$(tail -n 1 "$tmp/out")" ] || complain "an empty line at the end"
hear model show -f json "$tmp/in.onnx"
expect_match '"window_frames":297,.*"patch_frames":50,"patch_s":0\.522,"patch_hop_frames":25,'
# as a whole it says of a recording what the model says
import --frontend librosa,rate_hz=16000,n_fft=512,hop=160,n_mels=16,top_db=0 --window 0.522 --hop 0.1
expect_code 0
sound low.wav 16000 1 2 200
hear classify -m "$model" "$tmp/low.wav"
cp "$tmp/out" "$tmp/expected"
expect_match 'low	'
hear classify -m "$tmp/in.onnx" "$tmp/low.wav"
expect_same "$tmp/expected"
rm "$tmp/in.onnx"
refuse 64 '--frontend: .melody. is none of' model import "$tmp/bare.onnx" --labels "$tmp/labels.txt" \
    --frontend melody -o "$tmp/in.onnx"
refuse 64 '--labels is needed' model import "$tmp/bare.onnx" --frontend yamnet -o "$tmp/in.onnx"
refuse 66 'none.txt: No such file' model import "$tmp/bare.onnx" --labels "$tmp/none.txt" \
    --frontend yamnet -o "$tmp/in.onnx"
refuse 78 'bare.onnx: its input .frames. .*is not made of frames of 64 mel bands' model import \
    "$tmp/bare.onnx" --labels "$tmp/labels.txt" --frontend yamnet -o "$tmp/in.onnx"
printf 'a\nb\nc\nd\n' >"$tmp/labels.txt"
refuse 78 'bare.onnx: its output .probs. \[1, 3\] does not fit 4 labels' model import \
    "$tmp/bare.onnx" --labels "$tmp/labels.txt" --frontend yamnet,n_mels=16 -o "$tmp/in.onnx"
printf 'a\n\nb\n' >"$tmp/labels.txt"
refuse 65 'labels.txt: line 2: no label' model import "$tmp/bare.onnx" --labels "$tmp/labels.txt" \
    --frontend yamnet,n_mels=16 -o "$tmp/in.onnx"
printf 'dog\nc\tat\nowl\n' >"$tmp/tab.txt"
refuse 65 "tab.txt: line 2: label 'c.at' holds a control character" model import "$tmp/bare.onnx" \
    --labels "$tmp/tab.txt" --frontend yamnet -o "$tmp/in.onnx"
mkfifo "$tmp/fifo"
refuse 78 'fifo: is no file, but a named pipe' model show "$tmp/fifo"
[ ! -e "$tmp/in.onnx" ] || complain "a refused import wrote a file"

# TensorFlow Lite: broken files end in one line
printf '\034\0\0\0TFL3 and nothing behind' >"$tmp/broken.tflite"
refuse 78 'broken.tflite: not a TensorFlow Lite file, or broken' model import "$tmp/broken.tflite" \
    -o "$tmp/in.onnx"
[ ! -e "$tmp/in.onnx" ] || complain "a refused import wrote a file"

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
