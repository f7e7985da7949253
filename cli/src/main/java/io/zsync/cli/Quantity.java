package io.zsync.cli;

import java.time.Duration;

/** Numbers as people read them: grouped, in binary units, never with more digits than are meant. */
final class Quantity {
    private static final String[] UNITS = {"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};

    private Quantity() {}

    /** {@code 1,204}. */
    static String count(long count) {
        StringBuilder digits = new StringBuilder(Long.toString(count));
        int first = count < 0 ? 1 : 0;
        for (int i = digits.length() - 3; i > first; i -= 3) {
            digits.insert(i, ',');
        }
        return digits.toString();
    }

    /** {@code 1 file}, {@code 1,204 files}. */
    static String count(long count, String singular, String plural) {
        return count(count) + " " + (count == 1 ? singular : plural);
    }

    /** {@code 1,023 bytes}, {@code 3.1 GiB}, {@code 96 MiB}: one decimal below ten of a unit. */
    static String bytes(long bytes) {
        if (bytes < 1024) {
            return count(bytes, "byte", "bytes");
        }
        double amount = bytes / 1024.0;
        int unit = 0;
        // What would be rounded to 1,024 of a unit is one of the next.
        while (amount >= 1023.5 && unit < UNITS.length - 1) {
            amount /= 1024;
            unit++;
        }
        return (amount < 9.95 ? oneDecimal(amount) : count(Math.round(amount))) + " " + UNITS[unit];
    }

    /** {@code 35 ms}, {@code 2.4 s}, {@code 42 s}, {@code 3 min 12 s}, {@code 1 h 2 min}. */
    static String seconds(long nanos) {
        long millis = Math.round(nanos / 1e6);
        if (millis < 100) {
            return millis + " ms";
        }
        double seconds = nanos / 1e9;
        if (seconds < 9.95) {
            return oneDecimal(seconds) + " s";
        }
        long whole = Math.round(seconds);
        if (whole < 60) {
            return whole + " s";
        }
        return whole < 3600
                ? whole / 60 + " min " + whole % 60 + " s"
                : count(whole / 3600) + " h " + whole % 3600 / 60 + " min";
    }

    /** A time that was chosen, not measured: {@code 1 s}, {@code 1.5 s}. */
    static String pause(Duration pause) {
        return pause.toMillis() % 1000 == 0 ? count(pause.toSeconds()) + " s" : seconds(pause.toNanos());
    }

    /** {@code 0:42}, {@code 3:12}, {@code 1:02:03}. */
    static String clock(long seconds) {
        String minutes = Long.toString(seconds / 60 % 60);
        String hours = seconds < 3600 ? "" : seconds / 3600 + (minutes.length() < 2 ? ":0" : ":");
        return hours + minutes + (seconds % 60 < 10 ? ":0" : ":") + seconds % 60;
    }

    private static String oneDecimal(double amount) {
        long tenths = Math.round(amount * 10);
        return tenths / 10 + "." + tenths % 10;
    }
}
