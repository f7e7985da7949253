package io.zsync.node.fuzz;

import java.util.List;
import java.util.function.UnaryOperator;

/**
 * One way in which bytes from outside become values, and the law that it keeps for any bytes.
 *
 * @param seeds what is mutated
 * @param mend puts lengths and checks right, without which mutations would end there and never reach what lies behind
 */
public record FuzzTarget(String name, List<byte[]> seeds, UnaryOperator<byte[]> mend, Law law) {
    /** What holds for any bytes. */
    @FunctionalInterface
    public interface Law {
        /**
         * @return true if they were taken for what they claim to be; false if they were refused as the decoder declares.
         *     Whatever is thrown is a fault of ours
         */
        boolean accepts(byte[] input);
    }

    public FuzzTarget(String name, List<byte[]> seeds, Law law) {
        this(name, seeds, bytes -> bytes, law);
    }

    @Override
    public String toString() {
        return name;
    }
}
