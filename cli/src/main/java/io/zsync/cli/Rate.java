package io.zsync.cli;

import java.math.BigDecimal;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** {@code 10MiB}, {@code 1.5m}, {@code 500KB}: bytes a second, in the units that rsync has. */
final class Rate {
    private static final String NO_RATE = "no number with a unit";
    private static final String WAY_OUT = "It reads 10MiB, 500KiB or 1.5MB, for so many bytes a second; 0 is no limit.";

    private Rate() {}

    /** Bytes a second; 0, also where nothing is typed, for no limit. */
    static long parse(Judge judge, String option, @Nullable Argument typed) throws UsageError {
        if (typed == null) {
            return 0;
        }
        String text = typed.text().toLowerCase(Locale.ROOT);
        int end = 0;
        while (end < text.length() && (text.charAt(end) == '.' || isDigit(text.charAt(end)))) {
            end++;
        }
        String digits = text.substring(0, end);
        String unit = text.substring(end);
        if (!digits.matches("[0-9]{1,18}(\\.[0-9]{1,9})?")) {
            throw judge.refusal(option, typed, NO_RATE, WAY_OUT);
        }
        BigDecimal number = new BigDecimal(digits);
        if (unit.isEmpty() && number.signum() > 0 && number.compareTo(BigDecimal.valueOf(1024)) < 0) {
            throw judge.refusal(
                    option,
                    typed,
                    "a bare number is bytes a second here, and this is very little",
                    "For rsync's " + digits + " type " + digits + "KiB; for so few bytes type " + digits + "B.");
        }
        BigDecimal bytes = number.multiply(factor(judge, option, typed, unit));
        if (bytes.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) > 0) {
            throw judge.refusal(option, typed, "more than can be counted", WAY_OUT);
        }
        // What is less than a byte is still a limit.
        return number.signum() == 0 ? 0 : Math.max(1, bytes.longValue());
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private static BigDecimal factor(Judge judge, String option, Argument typed, String unit) throws UsageError {
        BigDecimal factor = ByteUnit.bytes(unit);
        if (factor == null) {
            throw judge.refusal(option, typed, NO_RATE, WAY_OUT);
        }
        return factor;
    }
}
