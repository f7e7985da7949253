#!/usr/bin/env bash
# Times `zsync push DIR local:TARGET` against an rsync daemon on this machine. Run it on a quiet machine; look at the
# spread before the median. paired.sh says how it is measured, and which variables set sizes and rounds.
#
#   tests/bench/push-against-rsync.sh [large|small|small-synced|nothing ...]
#
#   OPTIONS=...     more options for zsync, such as --data-path buffered
#
# zsync is one process that starts a JVM and plays both ends. rsync is a client against a daemon that is already running,
# with --whole-file. Neither gets a warm target: it is made anew for each run, outside the time. small-synced wants a WORK
# on a file system with a journal.
# shellcheck source-path=SCRIPTDIR disable=SC2034 # paired.sh takes them by name
. "$(dirname "$0")/paired.sh"
describe
start_rsync_daemon

# $1: name; $2: source; $3: zsync's durability; $4: options of rsync; $5: fresh or kept target
push() {
    local source=$2
    # shellcheck disable=SC2206 # OPTIONS and $4 are lists of words
    {
        zsync_command=("$zsync" push -q --durability "$3" ${OPTIONS:-} "$source" "local:$work/zsync-target")
        rival_command=(rsync -a --whole-file $4 "$source/" "$rsync_url/target/")
    }
    zsync_target=$work/zsync-target
    rival_target=$work/rsync-target
    rival_server=$rsync_daemon
    pairs "$1" "$source" "$5" "zsync push --durability $3${OPTIONS:+ $OPTIONS} / rsync -a --whole-file${4:+ $4}"
}

# shellcheck disable=SC2048
for case in ${*:-large small nothing}; do
    case $case in
        large)
            make_large
            push "large file, $large_mib MiB" "$work/large" none "" fresh
            rm -rf "$work/large"
            ;;
        small)
            make_small
            push "small files, $small_files x 4 KiB" "$work/small" none "" fresh
            ;;
        small-synced)
            make_small
            push "small files, synced" "$work/small" batch "--fsync" fresh
            ;;
        nothing)
            make_small
            push "nothing to do, $small_files files" "$work/small" none "" kept
            ;;
        *)
            echo "no such case: $case" >&2
            exit 1
            ;;
    esac
done
