package io.zsync.cli;

/** What {@code --help} prints: one screen a command, examples last. */
final class Help {
    static final String PROGRAM = """
            zsync replicates directory trees between peers and between local disks.

              zsync push DIR PEER...   make each peer's tree hold what DIR holds
              zsync COMMAND --help     one command's options
              zsync --version

            PEER is local:DIR, a node inside this process. Other kinds of peer, and the commands pull, copy,
            diff, verify, serve, id, invite, join, peers and bench, are not available yet.

            Exit codes: 0 done, 1 usage, 11 a root cannot be used, 12 the protocol was broken, 20 interrupted,
              23 some files failed, 24 some source files vanished or kept changing, 30 no progress in time,
              42 another run holds the target, 43 data kept failing its check, 70 a bug.

            Examples:
              zsync push photos local:/mnt/backup/photos
              zsync push -n -v photos local:/mnt/backup/photos
            """;

    static final String PUSH = """
            zsync push [OPTIONS] DIR PEER...   make each peer's tree hold what DIR holds; PEER is local:DIR

              -n, --dry-run         say what would be done, do nothing
              -v, -vv               a line for each change; stack traces behind errors too
              -q                    only errors
              --explain             for each file its data path, bytes and why that path
              --progress WHEN, -P   auto, always or never; auto is on a terminal; -P is always
              --durability WHEN     when data is forced to disk: none, batch (default) or file
              --streams N           data streams, 1 to 16; by default one a core, at most 4
              --protect LEVEL       auto or clear
              --data-path PATH      auto, sendfile, mapped or buffered
              --timeout S           no progress for S seconds is a failure; 30
              --no-owner            do not keep owner and group
              @FILE                 read more arguments from FILE, one a line; the path @x is typed ./@x
              --                    only paths follow
              -a -r -l -p -t -o -g -D   are always on; accepted and change nothing

            Examples:
              zsync push photos local:/mnt/backup/photos
              zsync push -n -v photos local:/mnt/backup/photos      what would be done
              zsync push --explain /srv local:/mnt/a local:/mnt/b   how each file travels, to two places
            """;

    private Help() {}
}
