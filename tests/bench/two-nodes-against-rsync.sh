#!/usr/bin/env bash
# Times `zsync push DIR PEER` to a running node against rsync to a running daemon and over ssh, all on loopback. Run it on
# a quiet machine; look at the spread before the median. paired.sh says how it is measured, and which variables set sizes
# and rounds.
#
#   tests/bench/two-nodes-against-rsync.sh [large|small|nothing ...]
#
#   LEVELS="clear private"  OPPONENTS="daemon ssh"   what is paired; a large file in clear is not paired with ssh
#   OPTIONS=...             more options for zsync's push
#
# Both servers run before, and the first pair, which is not counted, warms them; each client is a process of its own, and
# zsync's starts a JVM each time. rsync's daemon sends in the clear, at whatever level zsync runs. ssh is a server started
# for this, with keys of its own and the cipher that both agree on. Nothing is synced to disk.
# shellcheck source-path=SCRIPTDIR disable=SC2034 # paired.sh takes them by name
. "$(dirname "$0")/paired.sh"
levels=${LEVELS:-clear private}
opponents=${OPPONENTS:-daemon ssh}
describe

# Two nodes that know each other; sets zsync_node.
start_zsync() {
    local client server
    mkdir "$work/share"
    client=$(ZSYNC_HOME=$work/client "$zsync" id)
    server=$(ZSYNC_HOME=$work/server "$zsync" id)
    ZSYNC_HOME=$work/server "$zsync" peers add client "$client" >/dev/null
    ZSYNC_HOME=$work/server "$zsync" serve --share "bench=$work/share:rw" --listen 127.0.0.1:0 >"$work/node.out" 2>"$work/node.log" &
    zsync_node=$!
    started+=("$zsync_node")
    until_ready "$zsync_node" grep -qs '^listening on ' "$work/node.out"
    ZSYNC_HOME=$work/client "$zsync" peers add server "$server" "$(sed -n 's/^listening on \([^ ]*\) .*/\1/p' "$work/node.out")" >/dev/null
}

# A server that only this user's throw-away key opens; sets ssh_daemon.
start_sshd() {
    local port folder=$work/ssh
    PATH=$PATH:/usr/sbin
    need sshd openssh-server
    need ssh openssh-client
    port=$(free_port)
    mkdir -m 700 "$folder"
    ssh-keygen -q -t ed25519 -N '' -f "$folder/host"
    ssh-keygen -q -t ed25519 -N '' -f "$folder/user"
    cp "$folder/user.pub" "$folder/authorized_keys"
    echo "[127.0.0.1]:$port $(cut -d' ' -f1-2 "$folder/host.pub")" >"$folder/known_hosts"
    # StrictModes: the work folder may lie below one that all may write, such as /dev/shm.
    cat >"$folder/sshd_config" <<END
ListenAddress 127.0.0.1:$port
HostKey $folder/host
AuthorizedKeysFile $folder/authorized_keys
AuthenticationMethods publickey
PermitRootLogin prohibit-password
StrictModes no
UsePAM no
PidFile none
END
    cat >"$folder/config" <<END
Host bench
HostName 127.0.0.1
Port $port
User $(id -un)
IdentityFile $folder/user
IdentitiesOnly yes
UserKnownHostsFile $folder/known_hosts
GlobalKnownHostsFile /dev/null
BatchMode yes
END
    # Where a root's sshd shuts its unprivileged half in.
    [ "$(id -u)" -ne 0 ] || mkdir -p /run/sshd
    "$(command -v sshd)" -D -e -f "$folder/sshd_config" 2>"$folder/log" &
    ssh_daemon=$!
    started+=("$ssh_daemon")
    until_ready "$ssh_daemon" grep -q 'Server listening' "$folder/log"
    ssh -v -F "$folder/config" bench true 2>"$folder/hello" || { cat "$folder/hello" "$folder/log" >&2; exit 1; }
    echo "ssh: $(ssh -V 2>&1), $(sed -n 's/^debug1: kex: server->client \(cipher: [^ ]*\).*/\1/p' "$folder/hello")"
}

# $1: name; $2: source; $3: fresh or kept target; $4: level; $5: opponent
push() {
    local source=$2 rsync=(rsync -a --whole-file)
    # shellcheck disable=SC2206 # OPTIONS is a list of words
    zsync_command=(env "ZSYNC_HOME=$work/client" "$zsync" push -q --durability none --protect "$4" ${OPTIONS:-}
        "$source" server/bench/target)
    zsync_target=$work/share/target
    zsync_server=$zsync_node
    rival_target=$work/rsync-target
    case $5 in
        daemon)
            rival_command=("${rsync[@]}" "$source/" "$rsync_url/target/")
            rival_server=$rsync_daemon
            ;;
        ssh)
            rival_command=("${rsync[@]}" -e "ssh -F $work/ssh/config" "$source/" "bench:$rival_target/")
            rival_server=$ssh_daemon
            ;;
        *)
            echo "no such opponent: $5" >&2
            exit 1
            ;;
    esac
    pairs "$1, $4 / $5" "$source" "$3" "zsync push --protect $4 --durability none${OPTIONS:+ $OPTIONS} / ${rsync[*]}"
}

# The same for each level and opponent.
pushes() {
    local level opponent
    for level in $levels; do
        for opponent in $opponents; do
            [ "$1 $level $opponent" != "large clear ssh" ] || continue
            push "${@:2}" "$level" "$opponent"
        done
    done
}

start_zsync
case " $opponents " in *" daemon "*) start_rsync_daemon ;; esac
case " $opponents " in *" ssh "*) start_sshd ;; esac

# shellcheck disable=SC2048
for case in ${*:-large small nothing}; do
    case $case in
        large)
            make_large
            pushes large "large file, $large_mib MiB" "$work/large" fresh
            rm -rf "$work/large"
            ;;
        small)
            make_small
            pushes small "small files, $small_files x 4 KiB" "$work/small" fresh
            ;;
        nothing)
            make_small
            pushes nothing "nothing to do, $small_files files" "$work/small" kept
            ;;
        *)
            echo "no such case: $case" >&2
            exit 1
            ;;
    esac
done
