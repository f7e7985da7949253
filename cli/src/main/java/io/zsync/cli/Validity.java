package io.zsync.cli;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** {@code 30s}, {@code 10m}, {@code 2h}, {@code 1d}: how long something is good for. */
final class Validity {
    /** What holds where nothing is typed. */
    static final String USUAL = "10m";

    private static final Duration LONGEST = Duration.ofDays(7);
    private static final Pattern FORM = Pattern.compile("([0-9]{1,9})([smhd])");

    private Validity() {}

    static Duration parse(Judge judge, String option, @Nullable Argument typed) throws UsageError {
        Matcher form = FORM.matcher(typed == null ? USUAL : typed.text());
        Duration time = form.matches() ? of(Long.parseLong(form.group(1)), form.group(2)) : Duration.ZERO;
        if (typed != null && (time.isZero() || time.compareTo(LONGEST) > 0)) {
            throw judge.refusal(option, typed, "not a time from 1s to 7d", "It reads 30s, 10m, 2h or 1d.");
        }
        return time;
    }

    private static Duration of(long number, String unit) {
        return switch (unit) {
            case "s" -> Duration.ofSeconds(number);
            case "m" -> Duration.ofMinutes(number);
            case "h" -> Duration.ofHours(number);
            default -> Duration.ofDays(number);
        };
    }
}
