#!/usr/bin/env bash
# Times `zsync push DIR local:TARGET` against an rsync daemon on this machine: the same work, in pairs that alternate, each
# pair's ratio taken by itself, medians and spread printed. Run it on a quiet machine; look at the spread before the median.
#
#   tests/bench/push-against-rsync.sh [large|small|small-synced|nothing ...]
#
#   ROUNDS=5   counted pairs (one more is run first and not counted)
#   WORK=DIR   where source and target are made; default /dev/shm. small-synced wants a file system with a journal.
#   LARGE_MIB=2048  SMALL_FILES=50000  sizes of the work
#   OPTIONS=...     more options for zsync, such as --data-path buffered
#
# zsync is one process that starts a JVM and plays both ends. rsync is a client against a daemon that is already running,
# with --whole-file. Neither gets a warm target: it is made anew for each run, outside the time.
set -euo pipefail
here=$(cd "$(dirname "$0")/../.." && pwd)
rounds=${ROUNDS:-5}
work=$(mktemp -d -p "${WORK:-/dev/shm}" zsync-bench.XXXXXX)
port=${PORT:-8730}
daemon=

finish() {
    [ -z "$daemon" ] || kill "$daemon" 2>/dev/null || true
    rm -rf "$work"
}
trap finish EXIT

command -v rsync >/dev/null || { echo "rsync is not installed" >&2; exit 1; }
"$here/cli/bin/zsync" --version
rsync --version | sed -n 1p
echo "machine: $(nproc) cores, $(uname -r), load $(cut -d' ' -f1-3 /proc/loadavg), $(stat -f -c %T "$work") at the work folder"

cat >"$work/rsyncd.conf" <<EOF
use chroot = no
uid = $(id -u)
gid = $(id -g)
[target]
path = $work/rsync-target
read only = no
EOF
mkdir "$work/rsync-target"
rsync --daemon --no-detach --config="$work/rsyncd.conf" --port="$port" --address=127.0.0.1 &
daemon=$!
until rsync "rsync://127.0.0.1:$port/" >/dev/null 2>&1; do sleep 0.1; done

# Runs a command; prints wall and CPU milliseconds.
measure() {
    local TIMEFORMAT='%R %U %S' figures
    figures=$({ time "$@" >/dev/null 2>"$work/errors"; } 2>&1) || { cat "$work/errors" >&2; exit 1; }
    awk '{printf "%d %d\n", $1 * 1000, ($2 + $3) * 1000}' <<<"$figures"
}

# The daemon's CPU so far, in milliseconds: rsync's other half is there, and in its children once they are reaped.
daemon_cpu() {
    awk -v hz="$(getconf CLK_TCK)" '{print int(($14 + $15 + $16 + $17) * 1000 / hz)}' "/proc/$daemon/stat"
}

median() { sort -n | awk '{v[NR] = $1} END {print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2}'; }

summary() {
    printf '  %-28s median %8s   [%s .. %s]\n' "$1" "$(median <"$2")" "$(sort -n "$2" | head -1)" "$(sort -n "$2" | tail -1)"
}

# $1: name; $2: source; $3: options of zsync; $4: options of rsync; $5: fresh or kept target
pairs() {
    local name=$1 source=$2 zsync_options=$3 rsync_options=$4 target=$5 round z r before
    rm -f "$work"/figures.*
    for ((round = 0; round <= rounds; round++)); do
        if [ "$target" = fresh ]; then rm -rf "$work/zsync-target" "$work/rsync-target"; mkdir "$work/rsync-target"; fi
        # shellcheck disable=SC2086
        z=$(measure "$here/cli/bin/zsync" push -q $zsync_options ${OPTIONS:-} "$source" "local:$work/zsync-target")
        before=$(daemon_cpu)
        # shellcheck disable=SC2086
        r=$(measure rsync -a --whole-file $rsync_options "$source/" "rsync://127.0.0.1:$port/target/")
        [ "$round" -gt 0 ] || continue
        echo "${z% *}" >>"$work/figures.zsync.ms"
        echo "${z#* }" >>"$work/figures.zsync.cpu"
        echo "${r% *}" >>"$work/figures.rsync.ms"
        echo $((${r#* } + $(daemon_cpu) - before)) >>"$work/figures.rsync.cpu"
        awk -v z="${z% *}" -v r="${r% *}" 'BEGIN {printf "%.2f\n", r / z}' >>"$work/figures.ratio"
    done
    diff -r --no-dereference "$source" "$work/zsync-target" >/dev/null || { echo "$name: target differs" >&2; exit 1; }
    echo "$name: zsync push $zsync_options ${OPTIONS:-} / rsync -a --whole-file $rsync_options, $target target, $rounds pairs"
    summary "zsync, ms" "$work/figures.zsync.ms"
    summary "rsync, ms" "$work/figures.rsync.ms"
    summary "zsync, CPU ms (both ends)" "$work/figures.zsync.cpu"
    summary "rsync, CPU ms (both ends)" "$work/figures.rsync.cpu"
    summary "rsync's time / zsync's" "$work/figures.ratio"
}

make_small() {
    [ ! -d "$work/small" ] || return 0
    local files=${SMALL_FILES:-50000} directory
    mkdir "$work/small"
    for ((directory = 0; directory < (files + 499) / 500; directory++)); do
        mkdir "$work/small/$directory"
        (cd "$work/small/$directory" && head -c $((4096 * 500)) /dev/urandom | split -b 4096 -a 3 -d - f)
    done
}

for case in "${@:-large small nothing}"; do
    for each in $case; do
        case $each in
            large)
                mkdir -p "$work/large"
                head -c "${LARGE_MIB:-2048}M" /dev/urandom >"$work/large/file"
                pairs "large file, ${LARGE_MIB:-2048} MiB" "$work/large" "--durability none" "" fresh
                rm -rf "$work/large"
                ;;
            small)
                make_small
                pairs "small files, ${SMALL_FILES:-50000} x 4 KiB" "$work/small" "--durability none" "" fresh
                ;;
            small-synced)
                make_small
                pairs "small files, synced" "$work/small" "--durability batch" "--fsync" fresh
                ;;
            nothing)
                make_small
                rm -rf "$work/zsync-target" "$work/rsync-target"
                mkdir "$work/rsync-target"
                pairs "nothing to do, ${SMALL_FILES:-50000} files" "$work/small" "--durability none" "" kept
                ;;
            *)
                echo "no such case: $each" >&2
                exit 1
                ;;
        esac
    done
done
