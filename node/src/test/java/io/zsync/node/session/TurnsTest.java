package io.zsync.node.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zsync.node.api.ServiceEvent;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Ten turns a second in all and five saved up, four and two for each origin. */
class TurnsTest {
    private long nanos;
    private final Turns<String> turns = new Turns<>(new Turns.Rate(10, 5), new Turns.Rate(4, 2), () -> nanos);

    private static long millis(long nanos) {
        return Duration.ofNanos(nanos).toMillis();
    }

    @Test
    void aBurstGoesAtOnceAndTheRestByTheRate() {
        List<Long> waits = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            waits.add(millis(turns.takeOwn("a")));
        }
        assertEquals(List.of(0L, 0L, 250L, 500L), waits);
        assertEquals(0, turns.takeOwn("b"), "another one's are its own");
    }

    @Test
    void howeverLongNobodyCameNoMoreThanTheBurstIsSavedUp() {
        nanos += Duration.ofHours(1).toNanos();
        for (int i = 0; i < 5; i++) {
            assertEquals(0, turns.takeCommon());
        }
        assertEquals(100, millis(turns.takeCommon()));
    }

    @Test
    void aTurnThatIsGivenBackWasNotTaken() {
        for (int i = 0; i < 1_000; i++) {
            assertEquals(0, turns.takeOwn("a"));
            assertEquals(0, turns.takeCommon());
            turns.giveBackOwn("a");
            turns.giveBackCommon();
        }
    }

    @Test
    void manyOriginsTakeABoundedMemory() {
        turns.takeOwn("a");
        turns.takeOwn("a");
        assertTrue(turns.takeOwn("a") > 0);
        for (int i = 0; i < 2_000; i++) {
            turns.takeOwn("b" + i);
        }
        assertEquals(0, turns.takeOwn("a"), "forgotten");
    }

    @Test
    void anIpv6NetworkIsOneOriginAndAnIpv4AddressIsOne() throws UnknownHostException {
        assertEquals(origin("2001:db8:1:2::1"), origin("2001:db8:1:2:ffff::2"));
        assertNotEquals(origin("2001:db8:1:2::1"), origin("2001:db8:1:3::1"));
        assertNotEquals(origin("10.0.0.1"), origin("10.0.0.2"));
        assertNotEquals(origin("0.0.0.0"), origin("::"));
    }

    private static Origin origin(String address) throws UnknownHostException {
        return Origin.of(InetAddress.getByName(address));
    }

    @Test
    void refusalsBeyondAFewAreCountedAndToldWithTheNext() {
        List<ServiceEvent> told = Collections.synchronizedList(new ArrayList<>());
        try (EventPump<ServiceEvent> events = EventPump.ofService(told::add)) {
            Refusals refusals = new Refusals(events, () -> nanos);
            for (int i = 0; i < 5_000; i++) {
                refusals.tell("10.0.0.1", "peer x is not trusted here");
            }
            nanos += Duration.ofSeconds(1).toNanos();
            refusals.tell("10.0.0.2", "peer y is not trusted here");
        }
        assertEquals(101, told.size());
        assertEquals(
                new ServiceEvent.Refused(
                        "10.0.0.2", "peer y is not trusted here; before that 4900 more that are not shown"),
                told.getLast());
    }
}
