package io.zsync.protocol;

/**
 * What becomes of what only the target has, and of what is replaced.
 *
 * @param enabled remove what the source does not have
 * @param limit how much may be removed
 * @param backup directory below the target's root that keeps what is replaced or removed; the root itself for none
 */
public record Deletion(boolean enabled, Limit limit, RelativePath backup) {
    public static final Deletion NONE = new Deletion(false, Limit.DEFAULT, RelativePath.ROOT);

    public Deletion {
        for (Name name : backup.names()) {
            if (name.isReserved()) {
                throw new IllegalArgumentException("reserved name " + name + " in the backup path");
            }
        }
    }

    /** How {@link Limit#value} counts. */
    public enum Unit implements Numbered {
        /** The larger of {@link Limit#DEFAULT_PATHS} and half of what the target has; the value says nothing. */
        DEFAULT(1),
        PATHS(2),
        /** Of the target's paths that no rule protects, 0 to 100. */
        PERCENT(3);

        private final int number;

        Unit(int number) {
            this.number = number;
        }

        @Override
        public int number() {
            return number;
        }
    }

    /** Nothing at all is removed if it would be more than this. */
    public record Limit(Unit unit, long value) {
        public static final long DEFAULT_PATHS = 1_000;
        public static final Limit DEFAULT = new Limit(Unit.DEFAULT, 0);

        public Limit {
            long max = switch (unit) {
                case DEFAULT -> 0;
                case PATHS -> Long.MAX_VALUE;
                case PERCENT -> 100;
            };
            if (value < 0 || value > max) {
                throw new IllegalArgumentException("delete limit " + value + " in " + unit);
            }
        }

        /** How many paths may be removed from a target that has {@code paths} which no rule protects. */
        public long paths(long paths) {
            return switch (unit) {
                case DEFAULT -> Math.max(DEFAULT_PATHS, paths / 2);
                case PATHS -> value;
                // Rounded down as paths * value / 100 is, which may not fit.
                case PERCENT -> paths / 100 * value + paths % 100 * value / 100;
            };
        }

        /** True if somebody typed it: then it is meant, and an empty source is no accident. */
        public boolean isExplicit() {
            return unit != Unit.DEFAULT;
        }
    }

    /** True if what is replaced or removed is kept. */
    public boolean keepsBackups() {
        return !backup.isRoot();
    }
}
