package io.zsync.tests.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.zsync.protocol.ProtocolException;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What a hostile peer may send fails as its comment says, at once, and without the memory it asks for. */
class BadVectorsTest {
    /** Some quarter of the smallest bomb's demand, and above the one part that a decoder may hold. */
    private static final long MOST_ALLOCATED = 512 << 10;

    private static final Map<String, Decoding> BY_PREFIX = Map.of(
            "control-", Decoding.CONTROL,
            "part-", Decoding.PART,
            "manifest-", Decoding.MANIFEST,
            "data-", Decoding.DATA,
            "pack-", Decoding.PACK,
            "bind-", Decoding.BIND,
            "join-request-", Decoding.JOIN,
            "join-reply-", Decoding.JOIN_REPLY);

    static Stream<Arguments> bad() {
        return BY_PREFIX.entrySet().stream()
                .flatMap(each ->
                        Vector.all("bad", each.getKey()).stream().map(vector -> Arguments.of(each.getValue(), vector)));
    }

    @ParameterizedTest
    @MethodSource("bad")
    void aBadVectorFailsAsItsCommentSays(Decoding decoding, Vector vector) {
        ProtocolException failure = assertTimeoutPreemptively(
                Duration.ofSeconds(1),
                () -> assertThrows(ProtocolException.class, () -> decoding.decode(vector.bytes())));

        String[] expected = vector.expected().split(", ", 2);
        assertEquals(expected[0], failure.code().name());
        assertTrue(
                String.valueOf(failure.getMessage()).contains(expected[1]),
                () -> "\"" + failure.getMessage() + "\" tells \"" + expected[1] + "\"");
    }

    @ParameterizedTest
    @MethodSource("bad")
    void aBadVectorGetsNoMemory(Decoding decoding, Vector vector) {
        assertThrows(ProtocolException.class, () -> decoding.decode(vector.bytes()), "loads the classes");
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

        long before = threads.getCurrentThreadAllocatedBytes();
        assertThrows(ProtocolException.class, () -> decoding.decode(vector.bytes()));
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;

        assertTrue(allocated < MOST_ALLOCATED, () -> allocated + " bytes allocated");
    }

    @Test
    void everyBadVectorIsRun() {
        assertEquals(Vector.all("bad").size(), bad().count());
    }
}
