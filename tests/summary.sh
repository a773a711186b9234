#!/bin/sh
# summary.sh - adds up what `make check` left in build folders: usage: summary.sh DIR...
#
# A cmocka program counts with each of its tests, a script as one. Ends with the line
# "N passed, N failed, N skipped"; what failed is shown before, why something was skipped too.
set -u
passed=0 failed=0 skipped=0
for dir in "$@"; do
    for trs in $(find "$dir/tests" -name '*.trs' | sort); do
        log=${trs%.trs}.log
        result=$(sed -n 's/^:global-test-result: //p' "$trs")
        # one that crashes has run, and is neither OK nor skipped
        counts=$(awk '
            /^\[ RUN      \]/ { run++; on = 1 }
            /^\[==========\].* run\.$/ { on = 0 }
            on && /^\[       OK \]/ { ok++ }
            on && /^\[  SKIPPED \]/ { skip++ }
            END { print run + 0, ok + 0, skip + 0 }' "$log")
        # shellcheck disable=SC2086 # three numbers
        set -- $counts
        run=$1 ok=$2 skip=$3 bad=$((run - ok - skip))
        [ "$run" -gt 0 ] || case $result in
        PASS) ok=1 ;;
        SKIP) skip=1 ;;
        esac
        case $result in
        PASS) ;;
        SKIP) echo "skipped: ${trs#"$dir"/}: $(tail -n 2 "$log" | head -n 1)" ;;
        *)
            [ "$bad" -gt 0 ] || bad=1
            echo "==== $result: $log"
            tail -n 40 "$log"
            ;;
        esac
        passed=$((passed + ok)) failed=$((failed + bad)) skipped=$((skipped + skip))
    done
done
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
