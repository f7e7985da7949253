package io.zsync.cli;

/** What {@code --help} prints, but for the commands that compare trees: one screen a command, examples last. */
final class Help {
    static final String PROGRAM = """
            zsync replicates directory trees between peers and between local disks.

              zsync push DIR PEER...             make each peer's tree hold what DIR holds
              zsync pull PEER DIR                make DIR hold what the peer's tree holds
              zsync copy SOURCE TARGET           the same between two local directories, or one file to a path
              zsync diff DIR PEER                what a push or a copy would change; changes nothing
              zsync verify DIR PEER              read everything on both sides and compare SHA-256
              zsync serve --share NAME=DIR...    run a node
              zsync id                           this node's id
              zsync invite                       one string that lets another node join this one
              zsync join NAME [FILE]             read that string; both ends then know each other
              zsync peers list | add | remove    the nodes that this one knows
              zsync bench                        measure this machine's data paths
              zsync COMMAND --help | --version

            PEER is NAME, HOST or HOST:PORT, with /SHARE[/SUBPATH] or without; or local:DIR, a node inside
            this process; of diff and verify also ./DIR or /DIR.

            Exit codes: 0 done, 1 usage, 2 versions do not meet, 5 not trusted or not allowed, 10 socket error,
              11 a root cannot be used, 12 protocol broken, 20 interrupted, 23 some files failed, 24 some
              vanished or kept changing, 25 delete limit, 30 no progress, 35 could not connect, 40 differences,
              41 empty source with --delete, 42 target held, 43 data kept failing its check, 70 a bug.

            Examples:
              zsync push photos local:/mnt/backup/photos
            """;

    static final String SERVE = """
            zsync serve [OPTIONS] --share NAME=DIR[:ro|:rw][,owner]   run a node

              --share SHARE         offer DIR as NAME, to read (ro, default) or also to write (rw); with
                                    owner, owners and setuid bits are kept as sent; may be repeated
              --listen HOST:PORT    127.0.0.1:7419; 0.0.0.0:7419 or [::]:7419 listens to every network
              --min-protect LEVEL   clear, safe or private: sessions below it are refused; by default clear
                                    from loopback, private from elsewhere
              --max-sessions N      sessions at once, 1 to 1,000; 32
              -q                    only errors
              -v, -vv               also a line when a session opens; stack traces behind errors too

            Prints "listening on HOST:PORT  id ID" on standard output when it is ready, then a line for each
            session on standard error. SIGTERM ends it within 10 s, with exit code 0; SIGHUP reads the peer
            book again and ends the sessions of peers that are not in it any more.

            Examples:
              zsync serve --share photos=/srv/photos
              zsync serve --share backup=/srv/backup:rw,owner --listen 0.0.0.0:7419
            """;

    static final String ID = """
            zsync id   print this node's id, which other nodes need to know; made at first use

              -v, -vv   accepted; stack traces behind errors

            Examples:
              zsync id
            """;

    static final String PEERS = """
            zsync peers list          the nodes that this one knows, a line each, as they are typed behind add
            zsync peers add [OPTIONS] NAME ID [HOST:PORT]
            zsync peers remove NAME

              --protect LEVEL        clear, safe or private: what is asked for on the wire to this peer
              --grant SHARE=RIGHTS   what it may do here: read, write, delete, with commas between; may be
                                     repeated; without any it gets what each share allows
              -v, -vv                accepted; stack traces behind errors

            ID is what zsync id prints on that node. A peer without HOST:PORT is only let in. A node that serves
            takes the change up at SIGHUP.

            Examples:
              zsync peers add nas zs1-... nas.example.org:7419
              zsync peers add laptop zs1-... --grant photos=read --grant backup=read,write
            """;

    static final String INVITE = """
            zsync invite [OPTIONS]   print one string that lets another node join this one, once

              --share SHARE         only for this share, with all that the share allows; without it for what
                                    each share allows
              --grant RIGHTS        less than that in it: read, write, delete, with commas between
              --protect LEVEL       clear, safe or private: what both ends ask for on the wire to each other
              --ttl TIME            how long it is good for, 30s, 10m, 2h or 1d, at most 7d; 10m
              --address HOST:PORT   where the other node finds this one; by default where zsync serve listens,
                                    or this host's own addresses if that is 0.0.0.0 or [::]
              -v, -vv               accepted; stack traces behind errors

            The string is a secret until it is used: whoever has it can join. A node that serves takes it at
            once, by the time of its own clock, and lets who joined in at once. Five wrong tries void it.

            Examples:
              zsync invite
              zsync invite --share photos --grant read --ttl 1h | ssh laptop zsync join nas
            """;

    static final String JOIN = """
            zsync join [OPTIONS] NAME [FILE]   become a peer of the node that made an invite

              -v, -vv   accepted; stack traces behind errors

            Reads what zsync invite printed on that node, from FILE or from standard input, and never from the
            command line. The key of that node is checked first; then both ends know each other, and this one
            calls that one NAME. That one calls this one by its host name, or that and a number if it is taken.

            Examples:
              zsync join nas
              zsync join nas invite.txt
            """;

    static final String BENCH = """
            zsync bench [OPTIONS]   measure what each data path costs on this machine

              --size SIZE           a file of 7MB, 512KiB or 1GB; several with commas between, or repeated;
                                    the eight sizes of IBM's article on zero copy from 7MB to 1GB
              --dir DIR             where the two files stand that are moved, without a name while it lasts;
                                    the system's folder for temporary files
              --report FILE         also a page for a browser, with charts, all in one file
              --json                the figures, an object a line, in place of all else on standard output
              -v, -vv               accepted; stack traces behind errors

            Moves a file into a loopback connection and into another file, by the very code that push and
            copy have, each path in turn and in turn again, and prints medians with what lies around them:
            throughput, CPU of both ends, context switches, system calls. It takes about two minutes,
            less with smaller sizes, and says so when the machine is too busy to tell.

            Examples:
              zsync bench --size 64MiB,1GB --report bench.html
              zsync bench --dir /mnt/backup --json
            """;

    private Help() {}
}
