# shellcheck shell=sh
# terminal.sh - a terminal for the tests of the display: . "$srcdir/tests/cli/terminal.sh" behind
# lib.sh. It is tmux's, with a socket of its own, 80x24; a shell runs in it, in $tmp.
# shellcheck disable=SC2154,SC2034,SC2317 # lib.sh's; the tests'; what wait_for calls
command -v tmux >/dev/null || { echo "no tmux here"; exit 77; }
unset TMUX TERM
cd "$tmp" || exit 99
: >out
: >err

# a shell of its own, with job control, whose prompt is nobody else's
export LC_ALL=C.UTF-8 HEARSAY model HISTFILE=
tm() { tmux -L "hearsay-$$" -f /dev/null "$@"; }
trap 'tm kill-server 2>/dev/null; rm -rf "$tmp"' EXIT
last="tmux"
tm new-session -d -x 80 -y 24 "bash --norc --noprofile -i" || { echo "tmux does not start"; exit 77; }

picture() { tm capture-pane -p; }
state() { tm display-message -p "#{$1}"; }
type_line() { tm send-keys -l "$1" && tm send-keys Enter; }

# wait_for COMMAND: at most half a minute: the machine may be busy
wait_for() {
    n_checks=$((n_checks + 1))
    tries=60
    while [ $tries -gt 0 ]; do
        if eval "$1"; then return 0; fi
        sleep 0.5
        tries=$((tries - 1))
    done
    picture >out
    complain "not within half a minute: $1"
    return 1
}
drawn() { [ "$(state alternate_on)" = 1 ] && picture | grep -q "$1"; }
not_drawn() { [ "$(state alternate_on)" = 0 ]; }
at_prompt() { not_drawn && picture | grep -v '^$' | tail -n 1 | grep -q '^ready\$ *$'; }

# run WORDS: starts hearsay; `status` and `after` are there once it is over
run() {
    rm -f status after
    last="hearsay $1, on a terminal"
    # shellcheck disable=SC2016 # the other shell's
    type_line 'clear; stty -g >before; "$HEARSAY" '"$1"'; echo $? >status; stty -g >after'
}

# over CODE: it has ended so, and the terminal is as it was
over() {
    wait_for '[ -s after ]' || return
    wait_for at_prompt
    n_checks=$((n_checks + 2))
    [ "$(cat status)" -eq "$1" ] || complain "exit code $(cat status), expected $1"
    cmp -s before after || complain "the terminal's modes are $(cat after), were $(cat before)"
    [ "$(state cursor_flag)" = 1 ] || complain "the cursor is hidden"
    [ "$(state mouse_any_flag)" = 0 ] || complain "the mouse is taken"
}

# the trap keeps Ctrl-C from ending the rest of a line
type_line "trap : INT; PS1='ready\$ '"
wait_for at_prompt
