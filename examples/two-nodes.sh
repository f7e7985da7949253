#!/bin/sh
# Two nodes on one machine, each with a key of its own: one invites the other, which joins, pushes to it, looks for
# differences, and pulls everything back. On two hosts the commands are the same; only the addresses are others.
set -eu

# zsync on PATH, or else that of the checkout this script lies in.
here=$(cd -- "$(dirname -- "$0")" && pwd)
PATH=$PATH:$here/../cli/bin

work=$(mktemp -d)
server=
# Everything is below $work, and goes with it. A server that still runs is asked to end first.
finish() {
    if [ -n "$server" ]; then
        kill "$server" 2>/dev/null || true
        wait "$server" 2>/dev/null || true
    fi
    rm -rf -- "$work"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

say() { printf '\n* %s\n' "$*"; }

# What a command is typed as is shown; ZSYNC_HOME is what makes it one node or the other.
node() {
    home=$work/$1
    shift
    printf '  $ ZSYNC_HOME=%s zsync %s\n' "$home" "$*"
    ZSYNC_HOME=$home zsync "$@"
}

# Ends with an error unless the command exits with $1.
expect() {
    expected=$1
    shift
    code=0
    "$@" || code=$?
    printf '  exit %s\n' "$code"
    [ "$code" -eq "$expected" ] || { echo "expected exit $expected" >&2; exit 1; }
}

say "A tree to replicate"
mkdir -p "$work/photos/2026" "$work/replica"
echo "a harbour at dawn" >"$work/photos/2026/harbour.txt"
echo "a field of rape" >"$work/photos/2026/field.txt"
ln -s 2026/harbour.txt "$work/photos/latest"
head -c 3000000 /dev/urandom >"$work/photos/2026/harbour.raw"

say "Bob serves, on a free port"
ZSYNC_HOME=$work/bob zsync serve --share "photos=$work/replica:rw" --listen 127.0.0.1:0 >"$work/bob.out" 2>"$work/bob.log" &
server=$!
until grep -qs '^listening on ' "$work/bob.out"; do
    kill -0 "$server" 2>/dev/null || { cat "$work/bob.log" >&2; exit 1; }
    sleep 0.1
done
sed 's/^/  /' "$work/bob.out"
address=$(sed -n 's/^listening on \([^ ]*\) .*/\1/p' "$work/bob.out")
bob=$(sed -n 's/^listening on .*  id //p' "$work/bob.out")

say "Bob invites: whoever has the string may read and write the share photos, but delete nothing there"
ZSYNC_HOME=$work/bob zsync invite --share photos --grant read,write >"$work/invite"
sed 's/^/  /' "$work/invite"

say "Alice joins with it. Then both know each other, and the string is good for nothing more"
node alice join bob "$work/invite"
node alice peers list

say "Push, and see that nothing differs"
node alice push "$work/photos" bob/photos
expect 0 node alice diff "$work/photos" bob/photos

say "After a change, diff says so and changes nothing; it ends with exit 40"
echo "a harbour at dusk" >"$work/photos/2026/harbour.txt"
expect 40 node alice diff "$work/photos" bob/photos
node alice push -v "$work/photos" bob/photos

say "Pull it back to another place, and compare everything"
node alice pull bob/photos "$work/back"
diff -r --no-dereference "$work/photos" "$work/back"
echo "  the same"

say "Who is not in Bob's peer book gets nothing, not even the names of his shares: exit 5"
node mallory peers add bob "$bob" "$address"
expect 5 node mallory pull bob/photos "$work/stolen"

say "SIGTERM ends the server, once what runs is done"
kill -TERM "$server"
code=0
wait "$server" || code=$?
server=
echo "  exit $code"
exit "$code"
