package io.zsync.node.replica;

import io.zsync.protocol.Name;
import io.zsync.protocol.RuleText;
import nl.basjes.gitignore.GitIgnore;
import org.jspecify.annotations.Nullable;

/**
 * Which members of one directory a run leaves out: by the rules that were typed, then by the rule files of the directories
 * on the way down to it, all in the form and order of gitignore. What was typed wins over files, a nearer file over one
 * farther up, and in one text the last line that matches. Immutable; holds the texts on the way down and no others. Nothing
 * below a directory that is left out can come back: its caller does not enter it.
 */
final class IgnoreRules {
    /** Patterns in force in one directory, at some 1,200 bytes of memory each, or 2,700 if all of it stands for any byte. */
    static final int PATTERNS = 10_000;

    /** Every so many bytes of a pattern count as another one. */
    static final int PATTERN_LENGTH = 32;

    /**
     * What a peer can make us waste on one name, since expressions go back and try again: about a second at most. Five
     * {@code *} between six-letter words take an eighth of it.
     */
    static final double STEPS = 1 << 28;

    private static final String WAY_OUT = "; have fewer * and ** in one pattern";

    /** One text, and the texts that it wins over. {@code patterns} and {@code steps} count those too. */
    private record Source(
            GitIgnore rules,
            int depth,
            int patterns,
            double steps,
            @Nullable Source next) {}

    /** Leave nothing out. */
    static final IgnoreRules NONE = new IgnoreRules(null, null, "");

    private final @Nullable Source typed;
    private final @Nullable Source files;

    /** The directories on the way down, as the patterns see them. */
    private final String directories;

    private IgnoreRules(@Nullable Source typed, @Nullable Source files, String directories) {
        this.typed = typed;
        this.files = files;
        this.directories = directories;
    }

    /**
     * What is in force in a root without a rule file.
     *
     * @param typed the run's own rules as lines of gitignore: {@code --exclude P} as {@code P}, {@code --include P} as
     *     {@code !P}, the lines of {@code --exclude-from}, in the order in which they were typed
     * @throws IllegalArgumentException if matching would take too long; says which line and why
     */
    static IgnoreRules of(RuleText typed) {
        return new IgnoreRules(source(typed, 0, null, null), null, "");
    }

    /**
     * These and the rule file of their directory, which may be empty.
     *
     * @throws IllegalArgumentException if matching would take too long; says which line and why
     */
    IgnoreRules with(RuleText file) {
        return new IgnoreRules(typed, source(file, directories.length(), files, typed), directories);
    }

    /**
     * What is in force in a directory of theirs.
     *
     * @param file the text of its rule file, empty if there is none
     * @throws IllegalArgumentException if matching would take too long; says which line and why
     */
    IgnoreRules below(Name directory, RuleText file) {
        if (typed == null && files == null && file.isEmpty()) {
            return this;
        }
        return new IgnoreRules(typed, files, directories + '/' + IgnorePattern.letters(directory)).with(file);
    }

    /** True if a run leaves this member out. */
    boolean excludes(Name member, boolean isDirectory) {
        if (typed == null && files == null) {
            return false;
        }
        Boolean verdict = typed == null ? null : verdict(typed, member, isDirectory);
        for (Source source = files; source != null && verdict == null; source = source.next) {
            verdict = verdict(source, member, isDirectory);
        }
        return Boolean.TRUE.equals(verdict);
    }

    private @Nullable Boolean verdict(Source source, Name member, boolean isDirectory) {
        String path = IgnorePattern.path(directories.substring(source.depth), member, isDirectory);
        return source.rules.isIgnoredFile(path);
    }

    /** @param besides what is in force whatever {@code next} is, and counts */
    private static @Nullable Source source(RuleText file, int depth, @Nullable Source next, @Nullable Source besides) {
        byte[] text = file.bytes();
        StringBuilder lines = new StringBuilder();
        int patterns = next != null ? next.patterns : besides != null ? besides.patterns : 0;
        double steps = next != null ? next.steps : besides != null ? besides.steps : 0;
        int number = 0;
        int to;
        for (int from = hasByteOrderMark(text) ? 3 : 0; from < text.length; from = to + 1) {
            number++;
            to = from;
            while (to < text.length && text[to] != '\n') {
                to++;
            }
            IgnorePattern pattern = IgnorePattern.parse(text, from, to);
            if (pattern == null) {
                continue;
            }
            lines.append(pattern.line()).append('\n');
            steps += pattern.steps();
            if (pattern.steps() > STEPS) {
                throw new IllegalArgumentException("line " + number + " takes too long to match" + WAY_OUT);
            }
            if (steps > STEPS) {
                throw new IllegalArgumentException(
                        "the rules up to line " + number + " take too long to match" + WAY_OUT);
            }
            patterns += 1 + (to - from) / PATTERN_LENGTH;
            if (patterns > PATTERNS) {
                throw new IllegalArgumentException("line " + number + " is too much: there can be " + PATTERNS
                        + " patterns for a directory, and every " + PATTERN_LENGTH + " bytes of one count as another");
            }
        }
        return lines.isEmpty() ? next : new Source(new GitIgnore(lines.toString()), depth, patterns, steps, next);
    }

    private static boolean hasByteOrderMark(byte[] text) {
        return text.length >= 3 && text[0] == (byte) 0xef && text[1] == (byte) 0xbb && text[2] == (byte) 0xbf;
    }
}
