package io.zsync.cli;

import java.util.List;
import java.util.Optional;

/**
 * What IBM measured: Sathish K. Palaniappan and Pramod B. Nagaraja, "Efficient data transfer through zero copy", IBM
 * developerWorks, 2 September 2008, table 1: a file sent over a socket by Java, on Linux with a 2.6 kernel.
 */
record IbmFigures(long bytes, int readWriteMillis, int transferToMillis) {
    private static final long MB = 1_000_000;

    private static final List<IbmFigures> TABLE = List.of(
            new IbmFigures(7 * MB, 156, 45),
            new IbmFigures(21 * MB, 337, 128),
            new IbmFigures(63 * MB, 843, 387),
            new IbmFigures(98 * MB, 1_320, 617),
            new IbmFigures(200 * MB, 2_124, 1_150),
            new IbmFigures(350 * MB, 3_631, 1_762),
            new IbmFigures(700 * MB, 13_498, 4_422),
            new IbmFigures(1_000 * MB, 18_399, 8_537));

    /** The sizes of the table, ascending. */
    static List<Long> sizes() {
        return TABLE.stream().map(IbmFigures::bytes).toList();
    }

    /** Empty if they did not measure that size. */
    static Optional<IbmFigures> at(long bytes) {
        return TABLE.stream().filter(figures -> figures.bytes == bytes).findFirst();
    }
}
