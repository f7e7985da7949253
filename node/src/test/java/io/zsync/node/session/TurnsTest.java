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

/** Ten turns a second in each line and five saved up, four and two for each origin, and one of them in a second is seldom. */
class TurnsTest {
    private long nanos;
    private final Turns<String> turns = new Turns<>(
            new Turns.Rates(
                    new Bucket.Rate(10, 5), new Bucket.Rate(10, 5), new Bucket.Rate(4, 2), new Bucket.Rate(1, 1)),
            () -> nanos);

    private static long millis(long nanos) {
        return Duration.ofNanos(nanos).toMillis();
    }

    @Test
    void aBurstGoesAtOnceAndTheRestByTheRate() {
        List<Long> waits = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            waits.add(millis(turns.of("a").takeOwn()));
        }
        assertEquals(List.of(0L, 0L, 250L, 500L), waits);
        assertEquals(0, turns.of("b").takeOwn(), "another one's are its own");
    }

    @Test
    void howeverLongNobodyCameNoMoreThanTheBurstIsSavedUp() {
        nanos += Duration.ofHours(1).toNanos();
        assertEquals(0, turns.of("a").takeCommon(), "its seldom one");
        for (int i = 0; i < 5; i++) {
            assertEquals(0, turns.of("a").takeCommon());
        }
        assertEquals(100, millis(turns.of("a").takeCommon()));
    }

    /** Two addresses ask as often as they can; a third one, which does not, is not behind them. */
    @Test
    void whoAsksSeldomIsNotHeldUpByWhoAsksOften() {
        for (int i = 0; i < 50; i++) {
            turns.of(i % 2 == 0 ? "a" : "b").takeCommon();
        }
        assertTrue(millis(turns.of("a").takeCommon()) > 4_000, "they wait for themselves");
        assertEquals(0, turns.of("c").takeCommon());
        assertTrue(millis(turns.of("c").takeCommon()) > 4_000, "once");
        nanos += Duration.ofSeconds(1).toNanos();
        assertEquals(0, turns.of("c").takeCommon(), "and again a second later");
    }

    /** Many addresses, each of which comes once: they share both lines, and the rate of them. */
    @Test
    void whoeverComesSeldomInGreatNumbersWaitsForBothLines() {
        long longest = 0;
        for (int i = 0; i < 30; i++) {
            longest = Math.max(longest, turns.of("a" + i).takeCommon());
        }
        assertEquals(1_000, millis(longest), "10 at once, 20 a second");
    }

    @Test
    void aTurnThatIsGivenBackWasNotTaken() {
        for (int i = 0; i < 1_000; i++) {
            Turns<String>.Turn turn = turns.of("a");
            assertEquals(0, turn.takeOwn());
            assertEquals(0, turn.takeCommon());
            turn.giveBack();
        }
    }

    @Test
    void manyOriginsTakeABoundedMemory() {
        turns.of("a").takeOwn();
        turns.of("a").takeOwn();
        assertTrue(turns.of("a").takeOwn() > 0);
        for (int i = 0; i < 2_000; i++) {
            turns.of("b" + i).takeOwn();
        }
        assertEquals(0, turns.of("a").takeOwn(), "forgotten");
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
