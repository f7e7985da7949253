package io.zsync.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.zsync.node.api.ServiceEvent;
import io.zsync.node.api.ServiceEvent.Visit;
import io.zsync.protocol.Durability;
import io.zsync.protocol.Mode;
import io.zsync.protocol.Protection;
import io.zsync.protocol.RelativePath;
import io.zsync.protocol.Tally;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ServiceLogTest {
    private static final Visit PUSH =
            new Visit("laptop", "10.0.0.2", Mode.PUSH, false, "photos", RelativePath.of("2024"));
    private static final Visit PULL = new Visit("laptop", "10.0.0.2", Mode.PULL, false, "photos", RelativePath.ROOT);
    private static final Duration TIME = Duration.ofMillis(1200);

    private final Screen screen = new Screen();

    private String line(ServiceEvent event) {
        new ServiceLog(screen.console(), false, true).accept(event);
        return screen.err();
    }

    @Test
    void aPushSaysWhoWhereToAndWhatItDid() {
        Tally tally = new Tally(12, 3, 0, 1189, 0, 0, 0, 1204, 10, Durability.BATCH);

        assertEquals(
                "zsync: laptop (10.0.0.2) pushed photos/2024: 12 new, 3 changed in 1.2 s\n",
                line(new ServiceEvent.Ended(PUSH, tally, null, TIME)));
    }

    @Test
    void aPullSaysWhatElseCounts() {
        Tally tally = new Tally(0, 0, 1, 5, 2, 3, 0, 8, 10, Durability.BATCH);

        assertEquals(
                "zsync: laptop (10.0.0.2) pulled photos: 0 new, 0 changed, 1 deleted, 2 failed, 3 skipped in 1.2 s\n",
                line(new ServiceEvent.Ended(PULL, tally, null, TIME)));
    }

    /** Nothing was pushed: a line that says so would be believed. */
    @Test
    void aDryRunIsCalledOne() {
        Visit dry = new Visit("laptop", "10.0.0.2", Mode.PUSH, true, "photos", RelativePath.ROOT);
        Tally tally = new Tally(12, 3, 0, 1189, 0, 0, 0, 1204, 10, Durability.NONE);

        assertEquals(
                "zsync: laptop (10.0.0.2) would push photos (dry run): 12 new, 3 changed in 1.2 s\n",
                line(new ServiceEvent.Ended(dry, tally, null, TIME)));
    }

    @Test
    void aFailedSessionSaysWhy() {
        assertEquals(
                "zsync: laptop (10.0.0.2): push to photos/2024 failed after 1.2 s: connection reset\n",
                line(new ServiceEvent.Ended(PUSH, null, "connection reset", TIME)));
    }

    @Test
    void aFailedPullSaysWhyToo() {
        assertEquals(
                "zsync: laptop (10.0.0.2): pull of photos failed after 1.2 s: no progress for 30 s\n",
                line(new ServiceEvent.Ended(PULL, null, "no progress for 30 s", TIME)));
    }

    @Test
    void whoIsTurnedAwayIsNamedWithTheReason() {
        assertEquals(
                "zsync: refused 10.0.0.9: not in the peer book\n",
                line(new ServiceEvent.Refused("10.0.0.9", "not in the peer book")));
    }

    @Test
    void anOpenedSessionIsToldOnlyWhereMoreIsAskedFor() {
        ServiceEvent opened = new ServiceEvent.Opened(PUSH, Protection.PRIVATE);
        new ServiceLog(screen.console(), false, false).accept(opened);
        assertEquals("", screen.err());

        assertEquals("zsync: laptop (10.0.0.2) pushes photos/2024, protection private\n", line(opened));
    }

    @Test
    void quietTellsNothing() {
        ServiceLog log = new ServiceLog(screen.console(), true, false);

        log.accept(new ServiceEvent.Opened(PUSH, Protection.CLEAR));
        log.accept(new ServiceEvent.Ended(PUSH, null, "reset", TIME));
        log.accept(new ServiceEvent.Refused("10.0.0.9", "no"));

        assertEquals("", screen.err());
    }

    /** A stranger chooses the words of what is refused; it must not write lines of its own into a log. */
    @Test
    void whatAPeerChoseIsEscaped() {
        Visit visit = new Visit("p\n", "f\u001b", Mode.PUSH, false, "s\r", RelativePath.of("x\ny"));

        assertEquals(
                "zsync: p\\n (f\\x1b): push to s\\r/x\\ny failed after 1.2 s: a\\nzsync: b\n",
                line(new ServiceEvent.Ended(visit, null, "a\nzsync: b", TIME)));
    }

    @Test
    void aRefusalIsEscapedToo() {
        assertEquals("zsync: refused f\\x1b: a\\nb\n", line(new ServiceEvent.Refused("f\u001b", "a\nb")));
    }

    @Test
    void whoJoinedIsNamedWithItsId() {
        assertEquals(
                "zsync: lap\\x1btop (10.0.0.2) joined, id " + FakeEngine.ID + "\n",
                line(new ServiceEvent.Joined("lap\u001btop", "10.0.0.2", FakeEngine.ID)));
    }

    @Test
    void whatIsWrongWithTheNodeItselfIsALine() {
        assertEquals(
                "zsync: invites: others can read it\n", line(new ServiceEvent.Trouble("invites: others can read it")));
    }
}
