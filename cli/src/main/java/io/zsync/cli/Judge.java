package io.zsync.cli;

import io.zsync.protocol.Protection;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Turns typed words into values, and refuses what makes none in the name of the command they stand behind. Immutable. */
final class Judge {
    private static final String AUTO = "auto";

    private final String command;

    /** @param command its name; for a command of several words the first one has the help */
    Judge(String command) {
        this.command = command;
    }

    /** Fills the command's flags, of which one says whether errors come with stack traces from now on. */
    void fill(CommonFlags flags, List<Argument> words, Surroundings around) throws UsageError {
        // Loading what parses them takes longer than all else that some commands do.
        if (!words.isEmpty()) {
            parser(flags).parse(words);
        }
        if (flags.veryVerbose) {
            around.console().showTraces();
        }
    }

    /** For a command that has options to refuse. */
    FlagParser parser(Object flags) {
        return new FlagParser(command, flags);
    }

    UsageError refusal(String why) {
        return refusal(why, help());
    }

    UsageError refusal(String why, String wayOut) {
        return new UsageError(command + ": " + why, wayOut);
    }

    UsageError refusal(String option, Argument typed, String why, String wayOut) {
        return new UsageError(command + " " + option + " " + typed + ": " + why, wayOut);
    }

    /** Demands one word for each name, and at most so many in all. */
    void count(List<Argument> words, int max, String... names) throws UsageError {
        if (words.size() < names.length) {
            List<String> missing = List.of(names).subList(words.size(), names.length);
            throw refusal(String.join(" and ", missing)
                    + (missing.size() == 1 ? " is missing" : " are missing")
                    + (words.isEmpty() ? "" : " (" + words.getLast() + ")"));
        }
        if (words.size() > max) {
            throw refusal("unexpected word (" + words.get(max) + ")");
        }
    }

    private UsageError notOneOf(String option, Argument typed, String words) {
        return refusal(option, typed, "not one of " + words, help());
    }

    <E extends Enum<E>> E word(String option, @Nullable Argument typed, E whenAbsent, E[] all) throws UsageError {
        if (typed == null) {
            return whenAbsent;
        }
        return oneOf(option, typed, new ArrayList<>(), all);
    }

    /** Null where nothing or {@code auto} is typed. */
    <E extends Enum<E>> @Nullable E wordOrAuto(String option, @Nullable Argument typed, E[] all) throws UsageError {
        if (typed == null || typed.text().equals(AUTO)) {
            return null;
        }
        return oneOf(option, typed, new ArrayList<>(List.of(AUTO)), all);
    }

    /** @param words that can be typed besides the constants' */
    private <E extends Enum<E>> E oneOf(String option, Argument typed, List<String> words, E[] all) throws UsageError {
        for (E each : all) {
            String word = each.name().toLowerCase(Locale.ROOT).replace('_', '-');
            if (word.equals(typed.text())) {
                return each;
            }
            words.add(word);
        }
        throw notOneOf(option, typed, String.join(", ", words));
    }

    int number(String option, @Nullable Argument typed, int whenAbsent, int min, int max) throws UsageError {
        if (typed == null) {
            return whenAbsent;
        }
        String text = typed.text();
        boolean digits = !text.isEmpty() && text.length() < 10 && text.chars().allMatch(c -> c >= '0' && c <= '9');
        int number = digits ? Integer.parseInt(text) : -1;
        if (number < min || number > max) {
            throw refusal(option, typed, "not a number from " + min + " to " + Quantity.count(max), help());
        }
        return number;
    }

    /** Null where it is left to the node: nothing typed, or {@code auto} where that can be typed. */
    @Nullable
    Protection protection(String option, @Nullable Argument typed, boolean auto) throws UsageError {
        String word = typed == null ? "" : typed.text();
        if (typed == null || (auto && word.equals("auto"))) {
            return null;
        }
        return switch (word) {
            case "clear" -> Protection.CLEAR;
            case "private" -> Protection.PRIVATE;
            case "safe" -> Protection.SAFE;
            default -> throw notOneOf(option, typed, auto ? "auto, clear, safe, private" : "clear, safe, private");
        };
    }

    private String help() {
        return helpOf(command) + " shows how it is typed.";
    }

    /** What to type for the help of a command; one of several words has it with its first. */
    static String helpOf(String command) {
        int blank = command.indexOf(' ');
        return "zsync " + (blank < 0 ? command : command.substring(0, blank)) + " --help";
    }
}
