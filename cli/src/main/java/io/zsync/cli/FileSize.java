package io.zsync.cli;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;

/** Sizes of files, as they are typed and as they are printed. */
final class FileSize {
    private static final String WAY_OUT = "It reads 7MB, 512KiB or 1GB; several with commas between.";
    private static final BigDecimal MAX = BigDecimal.TEN.pow(12);

    private FileSize() {}

    /** The sizes in bytes, ascending, each once. */
    static List<Long> parse(Judge judge, String option, List<Argument> typed) throws UsageError {
        TreeSet<Long> sizes = new TreeSet<>();
        for (Argument words : typed) {
            for (String word : words.text().split(",", -1)) {
                sizes.add(parse(judge, option, words, word.toLowerCase(Locale.ROOT)));
            }
        }
        return new ArrayList<>(sizes);
    }

    private static long parse(Judge judge, String option, Argument typed, String word) throws UsageError {
        String digits = word.replaceAll("[^0-9.].*", "");
        BigDecimal unit = ByteUnit.bytes(word.substring(digits.length()));
        if (!digits.matches("[0-9]{1,18}(\\.[0-9]{1,9})?") || unit == null) {
            throw judge.refusal(option, typed, "no size", WAY_OUT);
        }
        BigDecimal bytes = new BigDecimal(digits).multiply(unit);
        if (bytes.compareTo(BigDecimal.ONE) < 0 || bytes.compareTo(MAX) > 0) {
            throw judge.refusal(option, typed, "not from one byte to 1 TB", WAY_OUT);
        }
        return bytes.longValue();
    }

    /** {@code 7 MB}, {@code 1 MiB}, {@code 12,345 bytes}: the largest unit that leaves nothing over. */
    static String text(long bytes) {
        String[] units = {"GB", "GiB", "MB", "MiB", "kB", "KiB"};
        long[] lengths = {1_000_000_000, 1 << 30, 1_000_000, 1 << 20, 1_000, 1 << 10};
        for (int i = 0; i < units.length; i++) {
            if (bytes % lengths[i] == 0) {
                return Quantity.count(bytes / lengths[i]) + " " + units[i];
            }
        }
        return Quantity.count(bytes, "byte", "bytes");
    }
}
