package io.zsync.node.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Eight places, four for each origin, and a clock that moves when it is told to. */
class AntechamberTest {
    private static final Duration MOMENT = Duration.ofMillis(100);

    private long nanos;
    private final Antechamber<String> antechamber = new Antechamber<>(8, 4, () -> nanos);
    private final List<SocketChannel> channels = new ArrayList<>();

    @AfterEach
    void close() throws IOException {
        for (SocketChannel channel : channels) {
            channel.close();
        }
    }

    private SocketChannel channel() {
        try {
            SocketChannel channel = SocketChannel.open();
            channels.add(channel);
            return channel;
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private Antechamber<String>.Guest enter(String origin) {
        return Objects.requireNonNull(antechamber.enter(origin, channel()), origin);
    }

    private void pass(Duration time) {
        nanos += time.toNanos();
    }

    private boolean isOpen(int channel) {
        return channels.get(channel).isOpen();
    }

    @Test
    void whoComesBeyondAnOriginsPartIsNotLetIn() {
        for (int i = 0; i < 4; i++) {
            enter("a");
        }
        assertNull(antechamber.enter("a", channel()), "all of them have just come");
        assertNotNull(antechamber.enter("b", channel()));
        assertEquals(5, antechamber.size());
    }

    @Test
    void whoHasBeenSilentForLongestMakesRoomForItsOwnOrigin() {
        enter("a").heard();
        for (int i = 1; i < 4; i++) {
            enter("a");
            pass(MOMENT);
        }
        pass(Antechamber.SILENT);

        enter("a");

        assertTrue(isOpen(0), "it has said something");
        assertFalse(isOpen(1), "the first of the silent ones");
        assertTrue(isOpen(2) && isOpen(3) && isOpen(4));
    }

    @Test
    void whoTakesTooLongMakesRoomThoughItHasSaidSomething() {
        for (int i = 0; i < 4; i++) {
            enter("a").heard();
        }
        pass(Antechamber.SLOW.minusMillis(1));
        assertNull(antechamber.enter("a", channel()));
        pass(MOMENT);

        enter("a");

        assertFalse(isOpen(0));
        assertTrue(isOpen(1));
    }

    @Test
    void originsThatHaveTakenAllPlacesGiveUpTheNewestForOneThatHasFewer() {
        for (int i = 0; i < 8; i++) {
            enter(i < 4 ? "a" : "b").heard();
        }

        enter("c");
        enter("c");

        assertFalse(isOpen(3), "the newest of one");
        assertFalse(isOpen(7), "and of the other, which then had more");
        assertEquals(8, antechamber.size());
        enter("d");
        enter("d");
        assertNull(antechamber.enter("d", channel()), "nobody has more than d would");
    }

    @Test
    void nobodyElsePaysForAnOriginThatSendsMany() {
        enter("honest").heard();
        for (int i = 0; i < 1_000; i++) {
            antechamber.enter("a" + i % 2, channel());
            pass(Duration.ofMillis(20));
        }
        assertTrue(isOpen(0));
        assertTrue(antechamber.size() <= 8);
    }

    @Test
    void whoHasLeftCountsNoMoreAndIsNotClosed() {
        for (int i = 0; i < 100; i++) {
            Antechamber<String>.Guest guest = enter("a");
            guest.leave();
            guest.leave();
        }
        assertEquals(0, antechamber.size());
        pass(Duration.ofHours(1));
        assertFalse(antechamber.makeRoom());
        assertTrue(channels.stream().allMatch(SocketChannel::isOpen));
    }

    @Test
    void roomIsMadeOnDemandFromWhoIsLateOnly() {
        enter("a");
        assertFalse(antechamber.makeRoom());
        pass(Antechamber.SILENT);
        assertTrue(antechamber.makeRoom());
        assertFalse(isOpen(0));
        assertEquals(0, antechamber.size());
    }

    @Test
    void whoWaitsIsReleasedWhenItHasToMakeRoom() throws Exception {
        Antechamber<String>.Guest guest = enter("a");
        guest.await(TimeUnit.MILLISECONDS.toNanos(1));
        antechamber.close();
        assertThrows(IOException.class, () -> guest.await(TimeUnit.HOURS.toNanos(1)));
        assertFalse(isOpen(0));
        assertNull(antechamber.enter("b", channel()), "it is closed");
    }
}
