package io.zsync.node.transport;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zsync.protocol.Protection;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class HeldChunksTest {
    /** Or one peer that rejects and does not read would have all of it, and peers without end all memory. */
    @Test
    void aSessionHasAPartOfTheRoomAndAllTogetherNoMoreThanThereIs() {
        List<HeldChunks> sessions =
                Stream.generate(() -> new HeldChunks(Protection.SAFE)).limit(4).toList();
        for (HeldChunks session : sessions) {
            assertTrue(session.tryTake());
            assertTrue(session.tryTake());
            assertFalse(session.tryTake());
        }
        HeldChunks late = new HeldChunks(Protection.CLEAR);
        assertFalse(late.tryTake());
        assertTrue(new HeldChunks(Protection.PRIVATE).tryTake());

        sessions.getFirst().giveBack();
        assertTrue(late.tryTake());
        assertFalse(late.tryTake());
        assertFalse(sessions.getFirst().tryTake());

        late.giveBack();
        assertTrue(sessions.getFirst().tryTake());
        for (HeldChunks session : sessions) {
            session.giveBack();
            session.giveBack();
        }
    }
}
