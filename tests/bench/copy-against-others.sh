#!/usr/bin/env bash
# Times `zsync copy` against `cp -a`, a local `rsync -a` and `rclone copy`, each a process that is started for it. Run it on
# a quiet machine; look at the spread before the median. paired.sh says how it is measured, and which variables set sizes
# and rounds.
#
#   tests/bench/copy-against-others.sh [large|small|jdk|sparse ...]
#
#   RIVALS="cp rsync rclone"   against whom
#   SYNCED=1                   everything is on the disk when the time is up: zsync's default, cp and rclone followed by a
#                              sync of the file system, rsync with --fsync; without it nobody syncs anything
#   OPTIONS=...                more options for zsync, such as --streams 1
#
# SYNCED says something only with WORK on a file system with a journal, such as a loop image. Targets are made anew for each
# run, outside the time. rsync gets --sparse where the source is. rclone cannot keep holes.
# shellcheck source-path=SCRIPTDIR disable=SC2034 # paired.sh takes them by name
. "$(dirname "$0")/paired.sh"
describe
cp --version | sed -n 1p
durability=none how='nothing synced'
synced=${SYNCED:-}
[ -z "$synced" ] || durability=batch how=synced

# What a rival without a sync of its own takes to be synced: $1: target; then its command.
and_sync() {
    local target=$1
    shift
    "$@"
    sync -f "$target"
}

# $1: name; $2: source; $3: options for rsync
copy() {
    local name=$1 source=$2
    zsync_target=$work/zsync-target
    rival_target=$work/rival-target
    local then=()
    [ -z "$synced" ] || then=(and_sync "$rival_target")
    # shellcheck disable=SC2206 # OPTIONS and $3 are lists of words
    zsync_command=("$zsync" copy -q --durability "$durability" ${OPTIONS:-} "$source" "$zsync_target")
    for rival in ${RIVALS:-cp rsync rclone}; do
        # shellcheck disable=SC2206
        case $rival in
            cp) rival_command=("${then[@]}" cp -a "$source/." "$rival_target") ;;
            rsync) rival_command=(rsync -a ${synced:+--fsync} $3 "$source/" "$rival_target/") ;;
            rclone)
                rival_command=("${then[@]}" rclone copy --config= --links --metadata --create-empty-src-dirs "$source"
                    "$rival_target")
                ;;
            *)
                echo "no such rival: $rival" >&2
                exit 1
                ;;
        esac
        need "$rival" "$rival"
        pairs "$name" "$source" fresh "zsync copy${OPTIONS:+ $OPTIONS} / $rival, $how"
    done
}

# shellcheck disable=SC2048
for case in ${*:-large small jdk sparse}; do
    case $case in
        large)
            make_large
            copy "large file, $large_mib MiB" "$work/large" ""
            rm -rf "$work/large"
            ;;
        small)
            make_small
            copy "small files, $small_files x 4 KiB" "$work/small" ""
            ;;
        jdk)
            java=$(readlink -f "$(command -v java)")
            cp -a "${java%/bin/java}" "$work/jdk"
            copy "a JDK, $(find "$work/jdk" -type f | wc -l) files, $(du -sm "$work/jdk" | cut -f1) MiB" "$work/jdk" ""
            rm -rf "$work/jdk"
            ;;
        sparse)
            mkdir "$work/sparse"
            truncate -s "$((4 * large_mib))M" "$work/sparse/image"
            for ((at = 0; at < 4 * large_mib; at += 64)); do
                head -c 2M /dev/urandom | dd of="$work/sparse/image" bs=1M seek="$at" conv=notrunc status=none
            done
            copy "sparse image, $((4 * large_mib)) MiB, 1/32 of it data" "$work/sparse" --sparse
            rm -rf "$work/sparse"
            ;;
        *)
            echo "no such case: $case" >&2
            exit 1
            ;;
    esac
done
