package io.zsync.cli;

import org.jspecify.annotations.Nullable;

/** What zsync has in place of the options that only rsync has: a line each, for hands that type them. */
final class RsyncOptions {
    /** What is only about a connection. */
    private static final String CONNECTION = """
            --contimeout|Type --timeout S.
            --compress-choice --zc --compress-level --zl --compress-threads --zt --skip-compress|-z is LZ4, and leaves files alone that do not shrink.
            -e --rsh --rsync-path --blocking-io -M --remote-option --copy-as|There is no remote shell: run zsync serve at the other end, and introduce them with zsync peers.
            --address --port --sockopts -4 --ipv4 -6 --ipv6|PEER says where: HOST:PORT, 192.0.2.1:PORT or [2001:db8::1]:PORT.
            --password-file --early-input --daemon --config|Nodes know each other by their keys: zsync id, zsync peers.
            --protocol|The two ends agree on a version: leave it out.
            """;

    /** Names, a bar, the line. */
    static final String TABLE = CONNECTION + """
            --archive --recursive --links --perms --times --owner --group --devices --specials|Always on: leave it out.
            --verbose|Type -v.
            --quiet|Type -q.
            --itemize-changes|Type -i or --itemize.
            --hard-links|Type -H.
            --xattrs|Type -X.
            --acls|Type -A.
            --version -V|Type zsync --version.
            -h --human-readable|Numbers are always readable; the help is --help.
            --info --debug --stderr --no-motd --outbuf --8-bit-output -8|-v, --explain and --json tell more, -q less.
            --stats|The summary has the counts, and --json has them for programs.
            --out-format --log-file --log-file-format|Redirect -i or --json to a file; --json has every field.
            --list-only|-n -v lists what would be done, zsync diff what differs.
            --inc-recursive --i-r --no-inc-recursive --no-i-r|Trees are always walked as they are sent: leave it out.
            -R --relative --no-implied-dirs|The contents of DIR are replicated; name the place for them: NAME/SHARE/SUBPATH, or a path.
            -d --dirs --old-dirs --old-d --no-recursive --no-r|Whole trees are replicated; --exclude '/*/*' leaves out what is below.
            -b --backup --suffix|Type --backup-dir DIR: it keeps what is replaced or deleted.
            --inplace --append --append-verify --copy-devices --write-devices|A file is always written beside its place and renamed when it is complete.
            --partial --partial-dir --delay-updates -T --temp-dir|Files are written beside their place and only show when complete: leave it out.
            --mkpath|Only the last component of a missing target is made: mkdir -p the others.
            --copy-unsafe-links --safe-links --munge-links|Links are kept as they are; -L follows them, --skip-links leaves them out.
            --insecure-links --confine-root --trust-sender|Nothing below a tree's root is ever followed out of it: leave it out.
            -k --copy-dirlinks|-L follows every symlink of the source, to files and directories.
            -K --keep-dirlinks|Symlinks in a target are never followed: name the directory that one leads to.
            --no-links --no-l|Type --skip-links.
            -E --executability|Permissions are kept whole; --no-perms keeps none, --chmod edits them.
            --no-p|Type --no-perms.
            --no-t|Type --no-times.
            --no-o --no-group --no-g|Type --no-owner: it leaves owner and group alone.
            --no-D --no-devices --no-specials --drop-D|Leave them out by name, with --exclude.
            -U --atimes --open-noatime|Access times are not kept: leave it out.
            -N --crtimes|Linux lets nobody set creation times: leave it out.
            -O --omit-dir-times -J --omit-link-times|--no-times leaves all times alone.
            --super --fake-super|Owners are kept where root writes, and by a node that serves the share as :rw,owner.
            -S --sparse --preallocate|Holes stay holes and the rest is allocated ahead: leave it out.
            -W --whole-file --no-whole-file --no-W -B --block-size -y --fuzzy|Changed files are always sent whole: leave it out.
            --checksum-choice --cc --checksum-seed|-c compares by SHA-256.
            -I --ignore-times|-c compares contents, whatever the times say.
            --size-only -@ --modify-window|Size and time decide, to the nanosecond; -c compares contents.
            --existing --ignore-non-existing --ignore-existing|-u skips what is newer in the target; --exclude leaves out by name.
            --remove-source-files|A source is never changed: remove it after a run that ended with 0.
            --del --delete-before --delete-during --delete-delay --delete-after|Type --delete: it comes last, when all else is in place.
            --delete-excluded|What the rules leave out is left alone in the target: remove it there by hand.
            --ignore-errors --force|--delete takes what is in the way, and nothing below what could not be read.
            --ignore-missing-args --delete-missing-args|A run has one source, and it has to be there.
            --max-size --min-size --files-from -0 --from0|Choose by name, with --exclude, --include and --exclude-from.
            --max-alloc|Memory is bounded in any case: leave it out.
            -m --prune-empty-dirs|Empty directories are replicated; --exclude leaves them out by name.
            --numeric-ids|Ids are always numbers: leave it out.
            --usermap --groupmap|--chown UID:GID sets one owner for everything; others are kept as numbers.
            --compare-dest --copy-dest --link-dest|A run compares with its target alone; --backup-dir keeps what it replaces.
            -C --cvs-exclude -f --filter -F --include-from|Rules are gitignore's: --exclude, --include, --exclude-from, and .zsyncignore in the tree.
            --old-args -s --secluded-args --protect-args|No shell comes between the two ends: leave it out.
            --stop-after --stop-at --time-limit|Type timeout TIME zsync: the next run goes on where this one was stopped.
            --fsync|On by default, in batches; --durability file syncs each file by itself.
            --write-batch --only-write-batch --read-batch|There are no batch files; -n --json tells what would be done.
            --iconv|Names are bytes, and stay as they are: leave it out.
            """;

    private RsyncOptions() {}

    /** Null for an option that rsync does not have, or that zsync has too. */
    static @Nullable String wayOut(String name) {
        return wayOut(TABLE, name);
    }

    /** The same for a run without a connection. */
    static @Nullable String wayOutHere(String name) {
        return wayOut(CONNECTION, name) == null ? wayOut(name) : "Nothing goes over a wire: leave it out.";
    }

    private static @Nullable String wayOut(String table, String name) {
        for (String line : table.lines().toList()) {
            int bar = line.indexOf('|');
            if ((" " + line.substring(0, bar) + " ").contains(" " + name + " ")) {
                return line.substring(bar + 1);
            }
        }
        return null;
    }
}
