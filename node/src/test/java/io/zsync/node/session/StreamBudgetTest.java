package io.zsync.node.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zsync.protocol.ErrorCode;
import io.zsync.protocol.ProtocolException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class StreamBudgetTest {
    /** The launcher's heap, and as much beside it; a stream that compresses holds up to 2.3 MiB of each. */
    private static final double MIB = 256;

    private static List<Integer> taken(int sessions, boolean compressing) {
        StreamBudget budget = new StreamBudget(sessions);
        return Stream.generate(() -> budget.take(4, compressing).streams())
                .limit(sessions)
                .toList();
    }

    @Test
    void plainSessionsGetAllTheirStreams() {
        assertEquals(32 * 4, taken(32, false).stream().mapToInt(each -> each).sum());
    }

    @Test
    void sessionsThatCompressShareWhatThereIsAndNoneGoesWithout() {
        List<Integer> streams = taken(32, true);

        assertEquals(4, streams.getFirst());
        assertTrue(streams.stream().allMatch(each -> each >= 1), streams::toString);
        assertTrue(streams.stream().mapToInt(each -> each).sum() * 2.3 < MIB / 2, streams::toString);
    }

    @Test
    void whoIsOverMakesRoom() {
        StreamBudget budget = new StreamBudget(1_000);
        StreamBudget.Share first = budget.take(4, false);
        for (int i = 1; i < 128; i++) {
            assertEquals(1, budget.take(4, false).streams());
        }
        assertEquals(
                ErrorCode.BUSY,
                assertThrows(ProtocolException.class, () -> budget.take(4, false))
                        .code());

        first.close();

        assertEquals(1, budget.take(4, false).streams());
    }

    @Test
    void aSessionAloneGetsAllThatItAsksFor() {
        assertEquals(16, new StreamBudget(1).take(16, true).streams());
    }
}
