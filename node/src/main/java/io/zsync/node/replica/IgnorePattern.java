package io.zsync.node.replica;

import io.zsync.protocol.Limits;
import io.zsync.protocol.Name;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One line of a rule text, read byte for byte as git's {@code dir.c} and {@code wildmatch.c} read it, and written again in
 * the small part of the syntax that gitignore-reader turns into the right expression: letters without a special meaning,
 * sets of them, repeated sets for {@code *}, and {@code **} only as a whole component. Left to itself the library takes
 * {@code +} and {@code |} for operators, loses backslashes, and lets a pattern end in the middle of a path.
 *
 * @param line for the library, without line end
 * @param steps how many the expression takes at most, roughly, to find that a path does not match
 */
record IgnorePattern(String line, double steps) {
    /** The bytes of names and patterns as letters: private characters, special neither to the library nor to expressions. */
    private static final char LETTERS = '\ue000';

    /** Stand first in a path and say what its last component is. */
    private static final char DIRECTORY = '\ue100';

    private static final char OTHER = '\ue101';

    /** Stands for the directory of the rules; after it a slash is never optional, which the library's first one is. */
    private static final char TOP = '\ue102';

    /** Stands before the last component of a path, where {@code **} must not end. */
    private static final char LAST = '\ue103';

    private static final int BYTES = 256;
    private static final String ANY_RUN = set(full()) + "*";
    private static final String ANY_DEPTH = "**";

    /**
     * What patterns without a slash are matched against comes first, so that they need not search the path, which follows.
     *
     * @param directories on the way from the rules' directory down, in letters, each after a slash
     */
    static String path(String directories, Name member, boolean isDirectory) {
        String last = letters(member);
        return (isDirectory ? DIRECTORY : OTHER) + last + '/' + TOP + directories + '/' + LAST + last;
    }

    static String letters(Name name) {
        byte[] bytes = name.bytes();
        StringBuilder letters = new StringBuilder(bytes.length);
        for (byte b : bytes) {
            letters.append(letter(b & 0xff));
        }
        return letters.toString();
    }

    private static char letter(int b) {
        return (char) (LETTERS + b);
    }

    /** The pattern in a line without its line feed, or null if that is blank, a comment or can match nothing. */
    static @Nullable IgnorePattern parse(byte[] text, int from, int to) {
        if (from == to || text[from] == '#') {
            return null;
        }
        int end = withoutTrailingBlanks(text, from, to);
        boolean isKept = from < end && text[from] == '!';
        int start = isKept ? from + 1 : from;
        boolean isDirectory = start < end && text[end - 1] == '/';
        Reader reader = new Reader(text, start, isDirectory ? end - 1 : end);
        String pattern = reader.pattern(isDirectory ? String.valueOf(DIRECTORY) : "[" + DIRECTORY + OTHER + "]");
        return pattern == null ? null : new IgnorePattern((isKept ? "!" : "") + pattern, reader.steps());
    }

    /** The end of the line without its carriage return, what follows a NUL, and blanks that no backslash protects. */
    private static int withoutTrailingBlanks(byte[] text, int from, int to) {
        int end = text[to - 1] == '\r' ? to - 1 : to;
        int blanks = -1;
        for (int i = from; i < end; i++) {
            switch (text[i]) {
                case 0 -> end = i;
                case ' ' -> blanks = blanks < 0 ? i : blanks;
                case '\\' -> {
                    i++;
                    blanks = -1;
                }
                default -> blanks = -1;
            }
        }
        return blanks < 0 ? end : blanks;
    }

    private static BitSet full() {
        BitSet full = new BitSet(BYTES);
        full.set(0, BYTES);
        return full;
    }

    /** Any one of these bytes, of which there must be one. */
    private static String set(BitSet bytes) {
        if (bytes.cardinality() == 1) {
            return String.valueOf(letter(bytes.nextSetBit(0)));
        }
        StringBuilder set = new StringBuilder("[");
        for (int from = bytes.nextSetBit(0); from >= 0; ) {
            int to = bytes.nextClearBit(from) - 1;
            set.append(letter(from)).append('-').append(letter(to));
            from = bytes.nextSetBit(to + 1);
        }
        return set.append(']').toString();
    }

    /** Goes over the bytes of one pattern, without {@code !} and the last slash. */
    private static final class Reader {
        private final byte[] text;
        private final int end;
        private int at;

        private final List<String> components = new ArrayList<>();
        private double ways = 1;
        private int depths;

        /** The runs of bytes between the stars of the component that is being read. */
        private List<List<BitSet>> runs = new ArrayList<>();

        private boolean isAnyDepth;

        Reader(byte[] text, int start, int end) {
            this.text = text;
            this.at = start;
            this.end = end;
        }

        /** Every way to lay the stars out may be tried, and for each a name is gone over, or with {@code **} a path. */
        double steps() {
            return ways * (depths == 0 ? Limits.NAME_LENGTH : Limits.PATH_LENGTH / Limits.PATH_DEPTH);
        }

        @Nullable
        String pattern(String kind) {
            boolean hasSlash = false;
            for (int i = at; i < end; i++) {
                hasSlash |= text[i] == '/';
            }
            if (hasSlash && text[at] == '/') {
                at++;
            }
            if (!read(hasSlash)) {
                return null;
            }
            if (!hasSlash) {
                return "/" + kind + components.getFirst();
            }
            if (components.getLast().equals(ANY_DEPTH)) {
                components.add(ANY_RUN);
            }
            components.set(components.size() - 1, LAST + components.getLast());
            return "/" + kind + ANY_RUN + "/" + TOP + "/" + String.join("/", components);
        }

        /** @return false if the pattern can match nothing */
        private boolean read(boolean hasSlash) {
            int start = at;
            begin();
            while (at < end) {
                int b = text[at++] & 0xff;
                if (b == '\\') {
                    if (at == end) {
                        return false;
                    }
                    b = text[at++] & 0xff;
                    if (b != '/') {
                        add(b);
                        continue;
                    }
                }
                switch (b) {
                    case '/' -> {
                        if (!close(false)) {
                            return false;
                        }
                        begin();
                    }
                    case '*' -> star(hasSlash, start);
                    case '?' -> runs.getLast().add(full());
                    case '[' -> {
                        BracketExpression set = BracketExpression.parse(text, at, end);
                        if (set == null || set.bytes().isEmpty()) {
                            return false;
                        }
                        runs.getLast().add(set.bytes());
                        at = set.end();
                    }
                    default -> add(b);
                }
            }
            return close(true);
        }

        private void begin() {
            runs = new ArrayList<>(List.of(new ArrayList<>()));
            isAnyDepth = false;
        }

        private void add(int b) {
            BitSet set = new BitSet(BYTES);
            set.set(b);
            runs.getLast().add(set);
        }

        private void star(boolean hasSlash, int start) {
            int first = at - 1;
            while (at < end && text[at] == '*') {
                at++;
            }
            boolean isWhole = (first == start || text[first - 1] == '/') && (at == end || text[at] == '/');
            isAnyDepth = hasSlash && isWhole && at - first > 1;
            runs.add(new ArrayList<>());
        }

        /** @return false if the component is empty, so that the pattern can match nothing */
        private boolean close(boolean isLast) {
            if (!isAnyDepth) {
                String component = component(isLast);
                components.add(component);
                return !component.isEmpty();
            }
            if (components.isEmpty() || !components.getLast().equals(ANY_DEPTH)) {
                components.add(ANY_DEPTH);
                depths++;
                ways *= (double) Limits.PATH_DEPTH / depths;
            }
            return true;
        }

        /**
         * Between two stars the first place for a run will do. An expression cannot say that of a run, only of a single
         * set, so for a run it may try all places, but for one that nothing can follow in vain.
         */
        private String component(boolean isLast) {
            StringBuilder component = new StringBuilder();
            int tried = 0;
            for (int i = 0; i < runs.size(); i++) {
                List<BitSet> run = runs.get(i);
                boolean isBetween = i > 0 && i < runs.size() - 1;
                if (isBetween && run.size() == 1) {
                    BitSet others = full();
                    others.andNot(run.getFirst());
                    component.append(others.isEmpty() ? "" : set(others) + "*");
                } else if (i > 0) {
                    component.append(ANY_RUN);
                }
                boolean endsAll =
                        isLast && i == runs.size() - 2 && runs.getLast().isEmpty();
                if (isBetween && run.size() > 1 && !endsAll) {
                    tried++;
                    ways *= Math.max(1.0, (double) Limits.NAME_LENGTH / period(run) / tried);
                }
                run.forEach(set -> component.append(set(set)));
            }
            return component.toString();
        }

        /** How far apart two places of the run in a name are at least. */
        private static int period(List<BitSet> run) {
            int period = 1;
            while (!isPeriod(run, period)) {
                period++;
            }
            return period;
        }

        private static boolean isPeriod(List<BitSet> run, int period) {
            for (int i = period; i < run.size(); i++) {
                if (!run.get(i).intersects(run.get(i - period))) {
                    return false;
                }
            }
            return true;
        }
    }
}
