#!/bin/sh
# Does "zsync bench" agree with itself? Measures three times, one after the other, and compares the orders of paths: two
# runs contradict each other where one tells two paths apart (>) and the other tells them apart the other way round. What
# is within the spread (~) contradicts nothing. Prints each order of each run, and ends with 1 if any contradict.
#
#   tests/bench/bench-agrees.sh [OPTIONS OF zsync bench]     RUNS=3
#   tests/bench/bench-agrees.sh --compare FILE...            what zsync bench --json printed before
set -eu
zsync=$(cd -- "$(dirname -- "$0")/../../cli/bin" && pwd -P)/zsync

compare() {
    awk '
    # The value of a key of this line, without quotes.
    function value(key, default_,   rest) {
        if (!match($0, "\"" key "\":(\"[^\"]*\"|[a-z0-9]+)")) return default_
        rest = substr($0, RSTART + length(key) + 3, RLENGTH - length(key) - 3)
        gsub("\"", "", rest)
        return rest
    }
    FNR == 1 { run++ }
    index($0, "{\"event\":\"verdict\"") == 1 {
        key = sprintf("%-6s %13d bytes  %-12s %s", value("table", ""), value("bytes", 0), value("measure", ""),
            value("checked", "") == "" ? "" : value("checked", "") == "true" ? "with the check" : "without it")
        if (!(key in known)) { known[key]; keys[++count] = key }
        order[key, run] = value("order", "")
        words = split(order[key, run], word, " ")
        # Each path before another one, with at least one > in between.
        for (i = 1; i < words; i += 2) {
            apart = 0
            for (j = i + 2; j <= words; j += 2) {
                if (word[j - 1] == ">") apart = 1
                if (apart) before[key, run, word[i], word[j]] = 1
                pair[key, word[i], word[j]]
            }
        }
    }
    END {
        if (count == 0) { print "no orders were found" > "/dev/stderr"; exit 2 }
        bad = 0
        for (k = 1; k <= count; k++) {
            key = keys[k]
            print key
            for (r = 1; r <= run; r++) print "  run " r ": " order[key, r]
            for (p in pair) {
                split(p, part, SUBSEP)
                if (part[1] != key) continue
                one = other = 0
                for (r = 1; r <= run; r++) {
                    if ((key, r, part[2], part[3]) in before) one = r
                    if ((key, r, part[3], part[2]) in before) other = r
                }
                if (one && other && part[2] < part[3]) {
                    bad++
                    print "  CONTRADICTION: " part[2] " and " part[3] ", runs " one " and " other
                }
            }
        }
        print count " orders in " run " runs, " bad " contradictions"
        exit bad > 0
    }' "$@"
}

if [ "${1:-}" = --compare ]; then
    shift
    [ $# -gt 1 ] || {
        echo "usage: $0 --compare FILE FILE..." >&2
        exit 2
    }
    compare "$@"
    exit
fi

work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT
trap 'exit 20' HUP INT TERM
runs=${RUNS:-3}
run=0
while [ "$run" -lt "$runs" ]; do
    run=$((run + 1))
    echo "run $run of $runs, load $(cut -d' ' -f1 /proc/loadavg)" >&2
    "$zsync" bench --json "$@" >"$work/$run.json"
done
compare "$work"/*.json
