#!/usr/bin/env bash
# Times what a short run pays before it works: `--version`, and a copy and a diff with nothing to do, by the distribution
# image against the launcher of this checkout. Run it on a quiet machine; look at the spread before the median.
#
#   mvn -Pdist -DskipTests package && tests/bench/startup.sh
#
#   ROUNDS=15       counted pairs, which alternate (one more is run first and not counted)
#   FILES=100       in the tree that is copied and compared
#   IMAGE=DIR       default: the one in cli/target/image
#   WORK=DIR        where the tree is made; default /dev/shm
set -euo pipefail
shopt -s inherit_errexit nullglob
here=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
rounds=${ROUNDS:-15}
files=${FILES:-100}
images=("${IMAGE:-}" "$here"/cli/target/image/zsync-*)
image=${images[0]:-${images[1]:-}}
[ -x "$image/bin/zsync" ] || { echo "no image: mvn -Pdist -DskipTests package" >&2; exit 1; }
# The first start builds the jar where it is missing or old.
"$here/cli/bin/zsync" --version >/dev/null
export ZSYNC_NO_BUILD=1

work=$(mktemp -d -p "${WORK:-/dev/shm}" zsync-startup.XXXXXX)
trap 'rm -rf "$work"' EXIT
mkdir "$work/source"
for ((file = 0; file < files; file++)); do echo "$file" >"$work/source/$file"; done
"$here/cli/bin/zsync" copy -q "$work/source" "$work/target"

# Prints wall and CPU milliseconds of a command.
measure() {
    local TIMEFORMAT='%3R %3U %3S' figures
    figures=$({ time "$@" >/dev/null 2>"$work/errors"; } 2>&1) || { echo "failed: $*" >&2; cat "$work/errors" >&2; exit 1; }
    awk '{printf "%d %d\n", $1 * 1000, ($2 + $3) * 1000}' <<<"$figures"
}

# $1: file; $2: its column. Prints median, least and most.
spread() {
    sort -n -k "$2,$2" "$1" | awk -v c="$2" '{v[NR] = $c} END {m = NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2
        printf "%6d [%d .. %d]", m, v[1], v[NR]}'
}

echo "machine: $(nproc) cores, $(uname -r), load $(cut -d' ' -f1-3 /proc/loadavg)"
printf '%-24s %-9s %24s %24s\n' "$rounds pairs" "" "wall ms" "CPU ms"
compare() {
    local name=$1 round side
    shift
    for ((round = 0; round <= rounds; round++)); do
        for side in checkout image; do
            if [ "$side" = image ]; then launcher=$image/bin/zsync; else launcher=$here/cli/bin/zsync; fi
            figures=$(measure "$launcher" "$@")
            [ "$round" -eq 0 ] || echo "$figures" >>"$work/$side.$name"
        done
    done
    for side in checkout image; do
        printf '%-24s %-9s %24s %24s\n' "$name" "$side" "$(spread "$work/$side.$name" 1)" "$(spread "$work/$side.$name" 2)"
    done
}

compare version --version
compare "copy, nothing to do" copy -q "$work/source" "$work/target"
compare "diff, nothing to do" diff -q "$work/source" "$work/target"
