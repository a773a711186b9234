#!/bin/sh
# models.sh - where -m looks, and files that are no models.
# shellcheck source=tests/cli/lib.sh
. "${srcdir:-.}/tests/cli/lib.sh"
sound a.wav 16000 1 1 300
cd "$tmp" || exit 99

# found as a file, by its name in the user's folder with and without .onnx
hear classify -m model.onnx a.wav
expect_code 0
mkdir -p data/hearsay/models home/.local/share/hearsay/models there
cp model.onnx data/hearsay/models/mine.onnx
cp model.onnx data/hearsay/models/bare
for name in mine mine.onnx bare; do
    hear classify -m $name a.wav
    expect_code 0
done
# a folder of that name is no model
mkdir mine
hear classify -m mine a.wav
expect_code 0
cp model.onnx home/.local/share/hearsay/models/home.onnx
hear classify -m home a.wav
expect_code 66
(
    unset XDG_DATA_HOME
    "$HEARSAY" classify -m home a.wav >out 2>err
)
code=$? last="hearsay classify -m home, without XDG_DATA_HOME"
expect_code 0

refuse 66 "nosuch: no such model here, nor in $tmp/data/hearsay/models, " \
    classify -m nosuch a.wav
refuse 66 './nosuch.onnx: ' classify -m ./nosuch.onnx a.wav
refuse 66 '/: is a folder' classify -m / a.wav
refuse 66 'there/: is a folder' listen -m there/ --input a.wav
refuse 66 'there: a folder here, not a model, nor in' classify -m there a.wav
refuse 66 'there: a folder here' model show there
refuse 66 'nosuch' listen -m nosuch --input a.wav
refuse 66 'nosuch' features -m nosuch a.wav

# malformed: one clear line and 78, whatever is wrong with it
size=$(wc -c <model.onnx)
for n in 0 1 10 100 $((size / 2)) $((size - 1)); do
    head -c "$n" model.onnx >there/cut.onnx
    refuse 78 'there/cut.onnx: ' classify -m there/cut.onnx a.wav
done
printf 'this is no model\n' >there/text.onnx
refuse 78 'there/text.onnx: ' classify -m there/text.onnx a.wav
refuse 78 'a.wav: ' classify -m ./a.wav a.wav
refuse 78 'a.wav: ' listen -m ./a.wav --input a.wav
sed 's/hearsay.frontend/hearsay.frontent/' model.onnx >there/key.onnx
refuse 78 'there/key.onnx: .*hearsay.frontend' classify -m there/key.onnx a.wav
sed 's/Softmax/Softmux/' model.onnx >there/op.onnx
refuse 78 'Softmux' classify -m there/op.onnx a.wav
sed 's/"n_mels"/"n_mils"/' model.onnx >there/front.onnx
refuse 78 'n_mils|n_mels' classify -m there/front.onnx a.wav

# what enrol tells new sounds from
hear model show "$srcdir/models/yamnet-background.onnx"
expect_code 0
expect_quiet
expect_match '^  kind      background: '
expect_match '^  stands on yamnet, SHA-256 [0-9a-f]{64}$'
hear model show -f json "$srcdir/models/yamnet-background.onnx"
expect_match '"kind":"background","backbone":"yamnet"'
refuse 78 'is no classifier, but a background' classify -m "$srcdir/models/yamnet-background.onnx" a.wav

# the head that is shipped: its own weights only, and who gets the rest
n_checks=$((n_checks + 1)) last="the shipped head"
[ "$(wc -c <"$srcdir/models/everyday-yamnet.onnx")" -lt 200000 ] || complain "everyday-yamnet.onnx is large"
refuse 66 'its backbone yamnet is not there: hearsay fetch yamnet gets it$' \
    classify -m "$srcdir/models/everyday-yamnet.onnx" a.wav

# it gives three numbers and has two names: it is the model that is wrong, not the recording
"$builddir/tests/cli/make_model" two.onnx 2 || exit 99
fault='two.onnx: .*output.* does not fit 2 labels$'
refuse 78 "$fault" classify -m two.onnx a.wav
refuse 78 "$fault" classify -m two.onnx --realtime a.wav
refuse 78 "$fault" listen -m two.onnx --input a.wav
refuse 78 "$fault" features -m two.onnx -o two.npy a.wav
hear model show two.onnx
expect_code 78
expect_error "$fault"
expect_match '^  labels    low, high$'
finish
