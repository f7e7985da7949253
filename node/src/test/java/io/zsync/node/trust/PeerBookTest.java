package io.zsync.node.trust;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.zsync.node.api.Endpoint;
import io.zsync.node.api.FailureKind;
import io.zsync.node.api.RunFailure;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PeerBookTest {
    private static final Peer A = new Peer("a", Books.id(1), new Endpoint("host", 1), null, List.of());
    private static final Peer B = new Peer("b", Books.id(2), new Endpoint("host", 1), null, List.of());
    private static final Peer C = new Peer("c", Books.id(3), null, null, List.of());

    @Test
    void findsByNameIdAndAddress() throws RunFailure {
        PeerBook book = Books.of(A, B, C);

        assertEquals(Optional.of(B), book.named("b"));
        assertEquals(Optional.empty(), book.named("B"));
        assertEquals(Optional.of(C), book.withId(Books.id(3)));
        assertEquals(Optional.empty(), book.withId(Books.id(4)));
        assertEquals(List.of(A, B), book.at(Endpoint.parse("HOST:1")));
        assertEquals(List.of(), book.at(Endpoint.parse("host")));
        assertEquals(List.of(A, B, C), book.peers());
    }

    @Test
    void refusesANameOrAnIdThatItHas() throws RunFailure {
        PeerBook book = Books.of(A);

        RunFailure name = refused("peer a: this name is in the peer book already", () -> book.with(Books.peer("a")));
        assertEquals("zsync peers remove a first, or choose another name", name.wayOut());
        refused(
                "peer z: this id is in the peer book already, as a",
                () -> book.with(new Peer("z", A.id(), null, null, List.of())));
        assertEquals(List.of(A), book.peers());
    }

    @Test
    void forgetsAPeerByNameAndItsIdWithIt() throws RunFailure {
        PeerBook both = Books.of(A, B);

        PeerBook left = both.without("a");

        assertEquals(Books.of(B), left);
        assertEquals(Optional.empty(), left.withId(A.id()));
        assertEquals(Books.of(B, A), left.with(A));
        assertNotEquals(both, left.with(A), "order counts");
        assertEquals(List.of(A, B), both.peers(), "a book never changes");
        refused("peer x\\n: not in the peer book", () -> both.without("x\n"));
    }

    @Test
    void holdsTenThousandAndNoMore() throws RunFailure {
        PeerBook.Builder builder = new PeerBook.Builder();
        for (int i = 0; i < PeerBook.MAX_PEERS; i++) {
            assertEquals(null, builder.add(new Peer("p" + i, Books.id(i), null, null, List.of())));
        }
        PeerBook full = builder.build();

        refused("peer more: the peer book is full, it holds 10000", () -> full.with(Books.peer("more")));
        full.without("p0").with(Books.peer("more"));
    }

    private interface Attempt {
        PeerBook run() throws RunFailure;
    }

    private static RunFailure refused(String message, Attempt attempt) {
        RunFailure failure = assertThrows(RunFailure.class, attempt::run);
        assertEquals(message, failure.getMessage());
        assertEquals(FailureKind.USAGE, failure.kind());
        return failure;
    }
}
