package io.zsync.cli;

import io.zsync.node.api.Endpoint;
import io.zsync.node.api.PeerTree;
import io.zsync.node.trust.Shares;
import io.zsync.protocol.RelativePath;

/**
 * {@code PEER} as it is typed: {@code local:DIR}, or a name, a host or a host and port, each with a share, a share and a
 * path in it, or neither. Only reads the words: nothing is looked up.
 */
final class PeerAddress {
    private static final String LOCAL = "local:";
    private static final Argument HERE = Argument.of(".");
    private static final Argument ABOVE = Argument.of("..");
    private static final String WAY_OUT =
            "PEER is NAME, HOST or HOST:PORT, with /SHARE[/SUBPATH] or without, or local:DIR on this machine.";

    private PeerAddress() {}

    /** A directory on this machine, but as a peer. */
    static boolean isLocal(Argument typed) {
        return typed.startsWith(LOCAL);
    }

    /** A path, and one that can be no peer: absolute, or relative and typed with its dots. */
    static boolean isDirectory(Argument typed) {
        return typed.startsWith("/")
                || typed.startsWith("./")
                || typed.startsWith("../")
                || typed.equals(HERE)
                || typed.equals(ABOVE);
    }

    static PeerTree parse(Judge judge, Argument typed) throws UsageError {
        if (isLocal(typed)) {
            Argument directory = typed.from(LOCAL.length());
            if (directory.isEmpty()) {
                throw judge.refusal("local: names no directory (" + typed + ")");
            }
            return new PeerTree.Local(directory.path());
        }
        if (isDirectory(typed)) {
            throw judge.refusal(
                    "peer: this is a path (" + typed + ")",
                    "zsync copy SOURCE TARGET takes two paths; or type local:" + typed + ", a node in this process.");
        }
        try {
            return remote(typed);
        } catch (IllegalArgumentException e) {
            throw judge.refusal("peer: " + e.getMessage() + " (" + typed + ")", WAY_OUT);
        }
    }

    private static PeerTree remote(Argument typed) {
        int slash = typed.indexOf('/');
        String node = node(slash < 0 ? typed : typed.to(slash));
        Argument tree = slash < 0 ? Argument.of("") : typed.from(slash + 1);
        if (tree.isEmpty()) {
            return new PeerTree.Remote(node, PeerTree.Remote.DEFAULT_SHARE, RelativePath.ROOT);
        }
        int end = tree.indexOf('/');
        String share = (end < 0 ? tree : tree.to(end)).text();
        Shares.requireName(share);
        return new PeerTree.Remote(
                node,
                share,
                end < 0
                        ? RelativePath.ROOT
                        : RelativePath.of(tree.from(end + 1).withoutSlash().bytes()));
    }

    /** The names of peers are made like those of hosts. */
    private static String node(Argument typed) {
        String text = typed.text();
        if (Endpoint.parse(text).port() == 0) {
            throw new IllegalArgumentException("port 0 cannot be connected to");
        }
        if (text.startsWith(".")) {
            throw new IllegalArgumentException("neither a name nor a host starts with '.'");
        }
        return text;
    }
}
