package io.zsync.cli;

import java.math.BigDecimal;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The units that amounts of bytes are typed in, which are rsync's: K, KiB, KB and so on, of either case. */
final class ByteUnit {
    private static final Map<String, Integer> BINARY = Map.of("k", 10, "m", 20, "g", 30, "t", 40);
    private static final Map<String, Integer> DECIMAL = Map.of("kb", 3, "mb", 6, "gb", 9, "tb", 12);

    private ByteUnit() {}

    /** @param unit in lower case; empty for bytes. @return null if there is no such unit */
    static @Nullable BigDecimal bytes(String unit) {
        if (unit.isEmpty() || unit.equals("b")) {
            return BigDecimal.ONE;
        }
        Integer power = BINARY.get(unit.endsWith("ib") ? unit.substring(0, unit.length() - 2) : unit);
        if (power != null) {
            return BigDecimal.valueOf(1L << power);
        }
        Integer zeros = DECIMAL.get(unit);
        return zeros == null ? null : BigDecimal.TEN.pow(zeros);
    }
}
