package io.zsync.tests.protocol;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.zsync.protocol.ProtocolException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A million mutations of the vectors, seeded: each is accepted as its value's only encoding, or refused. */
class MutationTest {
    private static final int EXECUTIONS = 1_000_000;

    /** Bytes that sit at the edges of lengths, flags and numbers. */
    private static final byte[] EDGES = {0, 1, 2, 3, 4, 5, 0x0F, 0x10, 0x7F, (byte) 0x80, (byte) 0xFE, (byte) 0xFF};

    private record Target(Decoding decoding, List<byte[]> seeds) {}

    private static final List<Target> TARGETS = List.of(
            new Target(Decoding.CONTROL, seeds("control", "bad:control-")),
            new Target(Decoding.PART, seeds("control:manifest-part", "bad:part-")),
            new Target(Decoding.MANIFEST, seeds("manifest", "bad:manifest-")),
            new Target(Decoding.DATA, seeds("data", "bad:data-")),
            new Target(Decoding.SAFE, seeds("data-safe:chunk")),
            new Target(Decoding.HEADER, seeds("data", "bad:data-")),
            new Target(Decoding.PACK, seeds("data:pack", "bad:pack-")),
            new Target(Decoding.BIND, seeds("bind:request", "bad:bind-")),
            new Target(Decoding.JOIN, seeds("join:request", "bad:join-request-")),
            new Target(Decoding.JOIN_REPLY, seeds("join:reply", "bad:join-reply-")));

    private static List<byte[]> seeds(String... sources) {
        return Arrays.stream(sources)
                .map(source -> source.split(":", 2))
                .flatMap(parts -> Vector.all(parts[0], parts.length > 1 ? parts[1] : "").stream())
                .map(Vector::bytes)
                .toList();
    }

    @Test
    void aMillionMutationsAllowNothingButProtocolException() {
        long seed = Long.getLong("zsync.seed", System.nanoTime());
        System.out.println("MutationTest: -Dzsync.seed=" + seed);
        Random random = new Random(seed);
        int accepted = 0;

        for (int i = 0; i < EXECUTIONS; i++) {
            Target target = TARGETS.get(random.nextInt(TARGETS.size()));
            byte[] input = mutation(target, random);
            try {
                target.decoding().decode(input);
                accepted++;
            } catch (ProtocolException expected) {
                // The other allowed end.
            } catch (RuntimeException | Error e) {
                fail(
                        target.decoding() + " seed " + seed + " input "
                                + HexFormat.of().formatHex(input),
                        e);
            }
        }

        int some = EXECUTIONS / 100;
        int most = EXECUTIONS - some;
        int count = accepted;
        assertTrue(count > some && count < most, () -> "mutations reach both ends, accepted " + count);
    }

    private static byte[] mutation(Target target, Random random) {
        byte[] bytes = target.seeds().get(random.nextInt(target.seeds().size())).clone();
        for (int changes = 1 + random.nextInt(3); changes > 0 && bytes.length > 0; changes--) {
            int at = position(bytes.length, random);
            switch (random.nextInt(6)) {
                case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
                case 1 -> bytes[at] = (byte) random.nextInt();
                case 2 -> bytes[at] = EDGES[random.nextInt(EDGES.length)];
                case 3 -> bytes = spliced(bytes, at, at, EDGES[random.nextInt(EDGES.length)]);
                case 4 -> bytes = spliced(bytes, at, Math.min(bytes.length, at + 1 + random.nextInt(4)));
                default -> {
                    byte[] other =
                            target.seeds().get(random.nextInt(target.seeds().size()));
                    int from = random.nextInt(other.length + 1);
                    bytes = spliced(bytes, at, bytes.length, Arrays.copyOfRange(other, from, other.length));
                }
            }
        }
        if (target.decoding() == Decoding.CONTROL || target.decoding() == Decoding.PART) {
            mendLength(bytes, random);
        }
        return bytes;
    }

    /** Rather near the beginning, where the fields of long vectors are. */
    private static int position(int length, Random random) {
        return random.nextBoolean() ? random.nextInt(length) : random.nextInt(Math.min(length, 48));
    }

    private static byte[] spliced(byte[] bytes, int from, int to, byte... replacement) {
        byte[] spliced = new byte[bytes.length - (to - from) + replacement.length];
        System.arraycopy(bytes, 0, spliced, 0, from);
        System.arraycopy(replacement, 0, spliced, from, replacement.length);
        System.arraycopy(bytes, to, spliced, from + replacement.length, bytes.length - to);
        return spliced;
    }

    /** Most mutations would end at a length that no longer fits, and never reach the message. */
    private static void mendLength(byte[] frame, Random random) {
        if (frame.length >= 4 && random.nextInt(8) > 0) {
            ByteBuffer.wrap(frame).putInt(frame.length - 4);
        }
    }

    @Test
    void theSeedsCoverEveryDecoding() {
        Stream<Decoding> covered = TARGETS.stream().map(Target::decoding);
        assertTrue(covered.distinct().count() == Decoding.values().length);
    }
}
