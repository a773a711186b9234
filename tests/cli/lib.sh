# shellcheck shell=sh
# lib.sh - what the command-line tests share: . "$srcdir/tests/cli/lib.sh"
#
# The model of make_model.c ($model: "low", "high", "nothing"), recordings of make_sound.c, no sound
# device and nothing of the user's own. A test says what it expects; `finish` ends it.
set -u
: "${srcdir:=.}" "${builddir:=.}" "${HEARSAY:=$builddir/hearsay}"
tmp=$(mktemp -d) || exit 99
trap 'rm -rf "$tmp"' EXIT
trap 'exit 99' INT TERM HUP
srcdir=$(cd "$srcdir" && pwd) builddir=$(cd "$builddir" && pwd) # tests change folders
bad=0 n_checks=0

export HOME="$tmp/home" XDG_DATA_HOME="$tmp/data" LC_ALL=C TERM=dumb
mkdir -p "$HOME" "$XDG_DATA_HOME"
# PortAudio finds nothing here (ALSA without any device at all ends it by an assertion of its own)
echo 'pcm.nothing { type nothing }' >"$tmp/asound.conf"
export ALSA_CONFIG_PATH="$tmp/asound.conf" JACK_NO_START_SERVER=1 JACK_DEFAULT_SERVER=nothing

# shellcheck disable=SC2034 # the tests' own
model=$tmp/model.onnx
"$builddir/tests/cli/make_model" "$model" || exit 99

# sound FILE RATE CHANNELS SECONDS HZ...: in $tmp
sound() {
    file=$tmp/$1
    shift
    "$builddir/tests/cli/make_sound" "$file" "$@"
}

# hear ARG...: runs hearsay; $code, $tmp/out and $tmp/err
hear() {
    "$HEARSAY" "$@" >"$tmp/out" 2>"$tmp/err" </dev/null
    code=$?
    last="hearsay $*"
}

# hear_until FILE ARG...: runs hearsay, and kills it as soon as FILE is there, in 30 s at most
hear_until() {
    file=$1 waited=0
    shift
    "$HEARSAY" "$@" >"$tmp/out" 2>"$tmp/err" </dev/null &
    pid=$! last="hearsay $*, killed"
    while ! [ -e "$file" ] && [ $waited -lt 600 ]; do
        sleep 0.05
        waited=$((waited + 1))
    done
    kill -KILL $pid
    wait $pid
    n_checks=$((n_checks + 1))
    [ -e "$file" ] || complain "there is no $file"
}

complain() {
    echo "FAIL: $last: $*"
    sed 's/^/    stderr: /' "$tmp/err" | head -n 5
    head -n 5 "$tmp/out" | sed 's/^/    stdout: /'
    bad=$((bad + 1))
}

expect_code() {
    n_checks=$((n_checks + 1))
    [ "$code" -eq "$1" ] || complain "exit code $code, expected $1"
}

# one line "hearsay: …" on stderr that matches a regular expression
expect_error() {
    n_checks=$((n_checks + 1))
    [ "$(wc -l <"$tmp/err")" -eq 1 ] || complain "stderr has not one line"
    grep -q '^hearsay: ' "$tmp/err" || complain "stderr does not start with 'hearsay: '"
    grep -qE -e "$1" "$tmp/err" || complain "stderr does not match '$1'"
}

expect_quiet() {
    n_checks=$((n_checks + 1))
    [ ! -s "$tmp/err" ] || complain "stderr is not empty"
}

expect_no_output() {
    n_checks=$((n_checks + 1))
    [ ! -s "$tmp/out" ] || complain "stdout is not empty"
}

# expect_lines N: on stdout
expect_lines() {
    n_checks=$((n_checks + 1))
    lines=$(wc -l <"$tmp/out")
    [ "$lines" -eq "$1" ] || complain "$lines lines on stdout, expected $1"
}

# expect_same FILE [FILE]: the second is $tmp/out where it is not given
expect_same() {
    n_checks=$((n_checks + 1))
    cmp -s "$1" "${2:-$tmp/out}" || complain "$1 and ${2:-stdout} differ"
}

# expect_match REGEX: in some line of stdout
expect_match() {
    n_checks=$((n_checks + 1))
    grep -qE -e "$1" "$tmp/out" || complain "stdout does not match '$1'"
}

# refuse CODE REGEX ARG...: that exit code, one line on stderr, nothing on stdout
refuse() {
    refuse_code=$1 refuse_text=$2
    shift 2
    hear "$@"
    expect_code "$refuse_code"
    expect_error "$refuse_text"
    expect_no_output
}

finish() {
    echo "$n_checks checks, $bad failed"
    [ "$bad" -eq 0 ]
    exit
}
