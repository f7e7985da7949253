# shellcheck shell=bash disable=SC2034 # a function takes them by name
# Sourced by the scripts beside it: times zsync against a rival, the same work, in pairs that alternate; each pair's ratio is
# taken by itself, and medians and spread are printed. What is started here ends with the script, and so does its folder.
#
#   ROUNDS=5       counted pairs (one more is run first and not counted)
#   WORK=DIR       where source and target are made; default /dev/shm
#   LARGE_MIB=2048 SMALL_FILES=50000   sizes of the work
#
# To set before `pairs`: the arrays zsync_command and rival_command; zsync_target and rival_target, the directories that
# they fill; zsync_server and rival_server, the processes whose CPU is counted to them (empty: none); rival, its name.
set -euo pipefail
shopt -s inherit_errexit
here=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
zsync=$here/cli/bin/zsync
rounds=${ROUNDS:-5}
large_mib=${LARGE_MIB:-2048}
small_files=${SMALL_FILES:-50000}
started=()
zsync_command=() zsync_target='' zsync_server=''
rival=rsync rival_command=() rival_target='' rival_server=''

# $1: command; $2: Debian package
need() { command -v "$1" >/dev/null || { echo "$1 is not installed (Debian package $2)" >&2; exit 1; }; }
need rsync rsync
work=$(mktemp -d -p "${WORK:-/dev/shm}" zsync-bench.XXXXXX)

finish() {
    local process
    for process in "${started[@]}"; do
        kill "$process" 2>/dev/null || true
        wait "$process" 2>/dev/null || true
    done
    rm -rf "$work"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# Says what is compared, and where.
describe() {
    "$zsync" --version
    rsync --version | sed -n 1p
    echo "machine: $(nproc) cores, $(uname -r), load $(cut -d' ' -f1-3 /proc/loadavg), $(stat -f -c %T "$work") at the work folder"
}

# A port of the loopback address that nobody listens on just now.
free_port() {
    local port
    while port=$((RANDOM % 10000 + 20000)) && (: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do :; done
    echo "$port"
}

# Waits until the command works. $1: the process that has to make it work; it must not end before.
until_ready() {
    local process=$1
    shift
    until "$@" >/dev/null 2>&1; do
        kill -0 "$process" 2>/dev/null || { echo "ended before it was ready; waited for: $*" >&2; exit 1; }
        sleep 0.1
    done
}

# A daemon with the module "target"; sets rsync_daemon and rsync_url.
start_rsync_daemon() {
    local port
    port=$(free_port)
    cat >"$work/rsyncd.conf" <<END
use chroot = no
uid = $(id -u)
gid = $(id -g)
[target]
path = $work/rsync-target
read only = no
END
    mkdir -p "$work/rsync-target"
    rsync --daemon --no-detach --config="$work/rsyncd.conf" --port="$port" --address=127.0.0.1 &
    rsync_daemon=$!
    started+=("$rsync_daemon")
    rsync_url=rsync://127.0.0.1:$port
    until_ready "$rsync_daemon" rsync "$rsync_url/"
}

# Runs a command; prints wall and CPU milliseconds.
measure() {
    local TIMEFORMAT='%R %U %S' figures
    figures=$({ time "$@" >/dev/null 2>"$work/errors"; } 2>&1) || { echo "failed: $*" >&2; cat "$work/errors" >&2; exit 1; }
    awk '{printf "%d %d\n", $1 * 1000, ($2 + $3) * 1000}' <<<"$figures"
}

# A server's CPU so far, in milliseconds: what a forking one did is in its children, which count once they are reaped.
server_cpu() {
    [ -n "$1" ] || { echo 0; return; }
    while [ -n "$(cat "/proc/$1/task/$1/children")" ]; do sleep 0.05; done
    awk -v hz="$(getconf CLK_TCK)" '{print int(($14 + $15 + $16 + $17) * 1000 / hz)}' "/proc/$1/stat"
}

median() { sort -n | awk '{v[NR] = $1} END {print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2}'; }

summary() {
    printf '  %-28s median %8s   [%s .. %s]\n' "$1" "$(median <"$2")" "$(sort -n "$2" | head -1)" "$(sort -n "$2" | tail -1)"
}

# Times one side and keeps its figures; sets elapsed, in milliseconds. $1: zsync or rival; $2: counted round, or 0
timed() {
    local -n command=$1_command server=$1_server
    local before figures
    before=$(server_cpu "$server")
    figures=$(measure "${command[@]}")
    if [ "$2" -gt 0 ]; then
        echo "${figures% *}" >>"$work/figures.$1.ms"
        echo $((${figures#* } + $(server_cpu "$server") - before)) >>"$work/figures.$1.cpu"
    fi
    elapsed=${figures% *}
}

# $1: name; $2: source; $3: fresh or kept target; $4: what runs, for people
pairs() {
    local name=$1 source=$2 target=$3 round z each
    rm -rf "$work"/figures.* "$zsync_target" "$rival_target"
    mkdir "$rival_target"
    for ((round = 0; round <= rounds; round++)); do
        if [ "$target" = fresh ]; then rm -rf "$zsync_target" "$rival_target"; mkdir "$rival_target"; fi
        timed zsync "$round"
        z=$elapsed
        timed rival "$round"
        [ "$round" -eq 0 ] || awk -v z="$z" -v r="$elapsed" 'BEGIN {printf "%.2f\n", r / z}' >>"$work/figures.ratio"
    done
    for each in "$zsync_target" "$rival_target"; do
        diff -r --no-dereference "$source" "$each" >/dev/null || { echo "$name: $each differs" >&2; exit 1; }
    done
    echo "$name: $4, $target target, $rounds pairs"
    summary "zsync, ms" "$work/figures.zsync.ms"
    summary "$rival, ms" "$work/figures.rival.ms"
    summary "zsync, CPU ms (both ends)" "$work/figures.zsync.cpu"
    summary "$rival, CPU ms (both ends)" "$work/figures.rival.cpu"
    summary "$rival's time / zsync's" "$work/figures.ratio"
}

make_large() {
    mkdir "$work/large"
    head -c "${large_mib}M" /dev/urandom >"$work/large/file"
}

make_small() {
    [ ! -d "$work/small" ] || return 0
    local directory left
    mkdir "$work/small"
    for ((directory = 0, left = small_files; left > 0; directory++, left -= 500)); do
        mkdir "$work/small/$directory"
        (cd "$work/small/$directory" && head -c $((4096 * (left < 500 ? left : 500))) /dev/urandom | split -b 4096 -a 3 -d - f)
    done
}
