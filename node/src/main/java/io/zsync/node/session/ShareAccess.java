package io.zsync.node.session;

import io.zsync.node.api.FailureKind;
import io.zsync.node.api.RunFailure;
import io.zsync.node.api.Share;
import io.zsync.node.replica.JournalPlace;
import io.zsync.node.transport.Connection;
import io.zsync.node.trust.Peer;
import io.zsync.node.trust.PeerBook;
import io.zsync.node.trust.Shares;
import io.zsync.protocol.Message;
import io.zsync.protocol.Name;
import io.zsync.protocol.PeerId;
import io.zsync.protocol.Protection;
import io.zsync.protocol.RelativePath;
import java.nio.file.Path;
import java.util.Locale;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What a serving node lets its peers do: the peer book, the shares and the least protection decide. Any thread. */
public final class ShareAccess implements Access {
    private final Supplier<PeerBook> book;
    private final Shares shares;
    private final @Nullable Protection minProtection;
    private final int streams;
    private final Path state;

    /**
     * @param minProtection null: clear from loopback, private from elsewhere
     * @param state the folder of journals
     */
    public ShareAccess(
            Supplier<PeerBook> book, Shares shares, @Nullable Protection minProtection, int maxSessions, Path state) {
        this.state = state;
        this.book = book;
        this.shares = shares;
        this.minProtection = minProtection;
        // In equal parts: a peer chooses no thread count here.
        this.streams = Math.max(1, StreamBudget.ALL / maxSessions);
    }

    @Override
    public Grant grant(Connection connection, Message.Open open) throws RunFailure {
        Share share = allow(connection.peer(), open);
        requireProtection(connection, open.protection());
        requireUnreserved("path", open.path());
        requireUnreserved("backup directory", open.options().deletion().backup());
        OpenTree.Location tree = new OpenTree.Location(share.directory(), open.path(), share.name());
        return new Grant(tree, share.owner(), streams, new JournalPlace(state, connection.peer()));
    }

    private Share allow(PeerId peer, Message.Open open) throws RunFailure {
        return shares.allow(
                book.get(), peer, open.mode(), open.options().deletion().enabled(), open.share());
    }

    @Override
    public void review(PeerId peer, Message.Open open) throws RunFailure {
        allow(peer, open);
    }

    private static void requireUnreserved(String what, RelativePath path) throws RunFailure {
        for (Name name : path.names()) {
            if (name.isReserved()) {
                throw new RunFailure(
                        FailureKind.NOT_ALLOWED, what + ": holds a name that zsync keeps for itself", null, null);
            }
        }
    }

    @Override
    public String name(PeerId peer) {
        return book.get().withId(peer).map(Peer::name).orElseGet(peer::toString);
    }

    private void requireProtection(Connection connection, Protection asked) throws RunFailure {
        Protection least =
                minProtection != null ? minProtection : connection.isLoopback() ? Protection.CLEAR : Protection.PRIVATE;
        if (asked.compareTo(least) < 0) {
            throw new RunFailure(
                    FailureKind.NOT_ALLOWED,
                    "protection " + word(asked) + ": below what this node demands, " + word(least),
                    null,
                    null);
        }
    }

    private static String word(Protection protection) {
        return protection.name().toLowerCase(Locale.ROOT);
    }
}
