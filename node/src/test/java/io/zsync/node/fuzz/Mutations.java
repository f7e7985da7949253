package io.zsync.node.fuzz;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;

/**
 * Mutations of a target's seeds, as many as are asked for, drawn from one number that repeats them: {@code -Dzsync.seed=N}.
 * Each run prints it, and how many there were.
 */
public final class Mutations {
    /** Bytes that sit at the edges of lengths, flags and numbers. */
    private static final byte[] EDGES = {0, 1, 2, 3, 4, 5, 0x0F, 0x10, 0x7F, (byte) 0x80, (byte) 0xFE, (byte) 0xFF};

    private final long seed;
    private final long executions;

    /** What came of a run. */
    public record Outcome(long executions, long accepted) {
        /** Both ends were reached: a law that is never asked, or always, shows nothing. */
        public boolean reachesBothEnds() {
            return accepted > executions / 1000 && executions - accepted > executions / 1000;
        }
    }

    private Mutations(long seed, long executions) {
        this.seed = seed;
        this.executions = executions;
    }

    /** As many as the build has time for, or as its long form has. */
    public static Mutations ofEach(long inTheBuild, long inItsLongForm) {
        long executions = Boolean.getBoolean("zsync.long") ? inItsLongForm : inTheBuild;
        return new Mutations(Long.getLong("zsync.seed", System.nanoTime()), executions);
    }

    public long executions() {
        return executions;
    }

    /** @throws AssertionError with the input and the seed, if the target's law does not hold */
    public Outcome run(FuzzTarget target) {
        Random random = new Random(seed ^ target.name().hashCode());
        long started = System.nanoTime();
        long done = 0;
        long accepted = 0;
        while (done < executions) {
            byte[] input = mutation(target, random);
            try {
                accepted += target.law().accepts(input) ? 1 : 0;
            } catch (RuntimeException | Error e) {
                throw new AssertionError(
                        target + ", -Dzsync.seed=" + seed + ", input "
                                + HexFormat.of().formatHex(input),
                        e);
            }
            done++;
        }
        System.out.printf(
                "%s: %d mutations, %d accepted, %.1f s, -Dzsync.seed=%d%n",
                target, done, accepted, (System.nanoTime() - started) / 1e9, seed);
        return new Outcome(done, accepted);
    }

    private static byte[] mutation(FuzzTarget target, Random random) {
        List<byte[]> seeds = target.seeds();
        byte[] bytes = seeds.get(random.nextInt(seeds.size())).clone();
        for (int changes = 1 + random.nextInt(3); changes > 0 && bytes.length > 0; changes--) {
            int at = position(bytes.length, random);
            switch (random.nextInt(6)) {
                case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
                case 1 -> bytes[at] = (byte) random.nextInt();
                case 2 -> bytes[at] = EDGES[random.nextInt(EDGES.length)];
                case 3 -> bytes = spliced(bytes, at, at, EDGES[random.nextInt(EDGES.length)]);
                case 4 -> bytes = spliced(bytes, at, Math.min(bytes.length, at + 1 + random.nextInt(4)));
                default -> {
                    byte[] other = seeds.get(random.nextInt(seeds.size()));
                    int from = random.nextInt(other.length + 1);
                    bytes = spliced(bytes, at, bytes.length, Arrays.copyOfRange(other, from, other.length));
                }
            }
        }
        return random.nextInt(8) > 0 ? target.mend().apply(bytes) : bytes;
    }

    /** Rather near the beginning, where the fields of long seeds are. */
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
}
