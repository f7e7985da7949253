package io.zsync.node.trust;

import io.zsync.node.api.RunFailure;
import java.nio.file.Path;

/** Run by {@link PeerBookFileTest}, several at once: adds so many peers, one change each. */
final class AddPeersProgram {
    private AddPeersProgram() {}

    public static void main(String[] arguments) throws RunFailure {
        Path home = Path.of(System.getenv("HOME"));
        PeerBookFile book = new PeerBookFile(new ConfigFolder(home, home));
        for (int i = 0; i < Integer.parseInt(arguments[1]); i++) {
            Peer peer = Books.peer(arguments[0] + i);
            book.update(peers -> peers.with(peer));
        }
    }
}
