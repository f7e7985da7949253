package io.zsync.cli;

/** What {@code --help} prints for the commands that compare trees: one screen each, options by subject, examples last. */
final class RunHelp {
    private static final String PEER = """
            PEER is NAME, HOST or HOST:PORT, with /SHARE[/SUBPATH] or without (share default); or local:DIR
            """;

    private static final String RULES = """
              --exclude P, --include P, --exclude-from FILE   gitignore patterns; the last match wins
              --ignore-file NAME      such a file in each directory; .zsyncignore
            """;

    private static final String COMPARING = """
              -c, --checksum          compare by SHA-256, not by size and time
              -u, --update            leave files alone that are newer in the target
            """;

    private static final String TREES = """
              -x, --one-file-system   do not cross mount points
              -L, --copy-links / --skip-links   follow the source's symlinks / leave them out; else kept
            """;

    private static final String METADATA = """
              -H  -X  -A              also hard links, extended attributes, ACLs
              --no-owner --no-perms --no-times   do not keep these
              --chmod MODES           edit modes: D755,F644 or u=rwX,go-w
              --chown UID:GID         one owner for everything: UID, :GID or both
            """;

    private static final String QUIET_AND_TRACES = """
              -v, -vv                 accepted; stack traces behind errors
              -q                      only errors
            """;

    private static final String FORMS = """
              -i, --itemize           rsync's YXcstpoguax in front of each path
              --json                  events, a line each, in place of all else on standard output
              --progress WHEN, -P     auto, always or never; auto is on a terminal; -P is always
            """;

    private static final String CONNECTION = """
              --protect LEVEL         auto, clear, safe or private; auto is clear on loopback, else private
              --timeout S             no progress for S seconds is a failure; 30
              --retries N             new sessions in a row that may bring nothing before it fails; 5
            """;

    private static final String WORDS = """
              @FILE                   more arguments from FILE, one a line; the path @x is typed ./@x
              --                      only paths follow
              -a -r -l -p -t -o -g -D   always on; accepted and change nothing
            """;

    private static final String MAKING_EQUAL =
            "Choosing:\n" + RULES + COMPARING + TREES + "Metadata:\n" + METADATA + """
            Deleting:
              --delete                remove what the source does not have, last of all
              --max-delete N or P%    if it would be more, remove nothing; the larger of 1000 and 50%
              --backup-dir DIR        keep what is replaced or removed in DIR, below the target's root
            Telling:
              -n, --dry-run           say what would be done, do nothing
              -v, -vv                 a line for each change; stack traces behind errors too
              -q                      only errors
              --explain               for each file its data path, bytes and why that path
            """ + FORMS + "Moving:\n";

    private static final String PACE = """
              --bwlimit RATE          bytes a second: 10MiB, 500KiB
            """;

    private static final String DURABILITY = """
              --durability WHEN       when data is forced to disk: none, batch (default) or file
            """;

    private static final String MOVING_TREES = PEER + MAKING_EQUAL + """
              -z, --compress WHEN     LZ4 where it helps: never or always; -z is always
            """ + PACE + """
              --streams N, --data-path PATH   1 to 16; auto, sendfile, mapped or buffered
            """ + DURABILITY + CONNECTION + WORDS;

    static final String PUSH = """
            zsync push [OPTIONS] DIR PEER...   make each peer's tree hold what DIR holds
            """ + MOVING_TREES + """

            Examples:
              zsync push -n -i --delete photos nas/photos   what would be done
            """;

    static final String PULL = """
            zsync pull [OPTIONS] PEER DIR   make DIR hold what the peer's tree holds
            """ + MOVING_TREES + """

            Examples:
              zsync pull -v --exclude '*.tmp' nas/photos/2024 photos
            """;

    static final String COPY = """
            zsync copy [OPTIONS] SOURCE TARGET   make TARGET hold what SOURCE holds
            Both are local: two directories, or one file and the path of its copy. There is no connection.
            """ + MAKING_EQUAL + PACE + """
              --streams N             files that are copied at once, 1 to 16
              --data-path PATH        auto, or none but clone, copy-range, sendfile, mapped or buffered
            """ + DURABILITY + WORDS + """

            Examples:
              zsync copy -n -i --delete photos /mnt/backup/photos   what would be done
              zsync copy --explain disk.img /srv/images/disk.img
            """;

    private static final String OTHER_TREE = PEER + """
            or a directory, typed ./DIR, ../DIR or /DIR; --protect, --timeout, --retries do not apply to it
            """;

    private static final String LOOKING_AFTER =
            METADATA + """
            Deleting:
              --delete                what only the other tree has counts, too; else a push would leave it
              --backup-dir DIR        where a push keeps what it replaces, below that tree's root
            Telling:
            """ + QUIET_AND_TRACES + FORMS + "Moving:\n" + CONNECTION + WORDS;

    static final String DIFF = """
            zsync diff [OPTIONS] DIR PEER   what a push or a copy would change, a line each; changes nothing
            """ + OTHER_TREE + """
            Exits with 40 if there is anything.
            Choosing:
            """ + RULES + COMPARING + TREES + "Metadata:\n" + LOOKING_AFTER + """

            Examples:
              zsync diff -i --delete photos nas/photos
              zsync diff -q photos /mnt/backup/photos || echo they differ
            """;

    static final String VERIFY = """
            zsync verify [OPTIONS] DIR PEER   read everything on both sides and compare SHA-256
            """ + OTHER_TREE + """
            Prints what differs as diff does, and exits with 40 if anything does.
            Choosing:
            """ + RULES + TREES + "Metadata:\n" + LOOKING_AFTER + """

            Examples:
              zsync verify photos nas/photos
              zsync verify -q --delete photos /mnt/backup/photos || echo they differ
            """;

    private RunHelp() {}
}
