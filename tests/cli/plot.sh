#!/bin/sh
# plot.sh - pictures of a recording.
# shellcheck source=tests/cli/lib.sh
. "${srcdir:-.}/tests/cli/lib.sh"
sound a.wav 16000 1 1.5 1000
sound b.wav 8000 2 0.01 300
cd "$tmp" || exit 99

for kind in wave spectrum mel histogram; do
    for f in a b; do
        hear plot $kind $f.wav -o $kind.svg
        expect_code 0
        expect_quiet
        expect_no_output
        grep -q "class=\"title\">$f.wav</text>" $kind.svg || complain "no title"
        grep -qE 'nan|inf' $kind.svg && complain "numbers that are none"
        tail -n 1 $kind.svg | grep -q '</svg>' || complain "no end"
    done
done
hear plot spectrum a.wav --title 'a < b' -o s.svg
grep -q '>a &lt; b</text>' s.svg || complain "the title is not escaped"
grep -q '>frequency (Hz)<' s.svg || complain "no unit"
grep -q '>8000<' s.svg || complain "no 8000 Hz"
cp a.wav "$(printf 'b\377d.wav')"
hear plot spectrum "$(printf 'b\377d.wav')" -o odd.svg
grep -q '>b?d.wav</text>' odd.svg || complain "a name that is not UTF-8"
hear plot spectrum a.wav --title "$(printf 'a\nb\001')" -o odd.svg
grep -q '>a?b?</text>' odd.svg || complain "a title with control characters"
hear plot mel a.wav -o m.svg
grep -q 'data:image/png;base64,iVBORw0KGgo' m.svg || complain "no picture in it"
# shellcheck disable=SC2002 # a pipe, not the file
cat a.wav | "$HEARSAY" plot wave --title a.wav -o w.svg -
hear plot wave a.wav -o w2.svg
expect_same w.svg w2.svg

refuse 66 'none.wav: ' plot wave none.wav -o x.svg
refuse 65 'model.onnx: ' plot wave "$model" -o x.svg
refuse 74 'nowhere/x.svg: cannot write' plot wave a.wav -o nowhere/x.svg
refuse 64 "'pie': must be wave" plot pie a.wav -o x.svg

# PNG: 1800 by 720, each kind its own picture; where cairo is not there, a line that says so
if grep -q '^#define HAVE_CAIRO 1' "$builddir/config.h"; then
    for kind in wave spectrum mel histogram; do
        hear plot $kind a.wav -o $kind.png
        expect_code 0
        expect_quiet
        [ "$(od -An -tx1 -N24 $kind.png | tr -d ' \n')" = \
            89504e470d0a1a0a0000000d4948445200000708000002d0 ] || complain "$kind.png is none"
        [ "$(tail -c 8 $kind.png | od -An -tx1 | tr -d ' \n')" = 49454e44ae426082 ] || complain "no end"
        [ "$(wc -c <$kind.png)" -gt 8000 ] || complain "$kind.png is empty"
    done
    [ "$(cksum ./*.png | cut -d' ' -f1 | sort -u | wc -l)" -eq 4 ] || complain "pictures are alike"
    hear plot wave a.wav --title other -o other.png
    cmp -s wave.png other.png && complain "no title is drawn"
    hear plot wave "$(printf 'b\377d.wav')" -o odd.png
    expect_code 0
    refuse 74 'nowhere/x.png: cannot write' plot wave a.wav -o nowhere/x.png
else
    refuse 64 'x.png: pictures are SVG, there is no cairo here' plot wave a.wav -o x.png
fi
hear plot mel a.wav -o mel.svg
hear plot mel a.wav -o -
expect_code 0
expect_quiet
expect_same out mel.svg
[ ! -e ./- ] || complain "a file '-' is there"
if [ -w /dev/full ]; then
    "$HEARSAY" plot wave a.wav -o - 2>err >/dev/full
    code=$? last="hearsay plot -o - >/dev/full"
    expect_code 74
    expect_error 'standard output: cannot write'
fi
refuse 64 'x.gif: pictures are SVG or PNG' plot wave a.wav -o x.gif
refuse 64 'one FILE' plot wave -o x.svg
refuse 64 '--output OUT.svg.OUT.png is needed' plot wave a.wav
[ ! -e x.svg ] || complain "x.svg is there"
finish
