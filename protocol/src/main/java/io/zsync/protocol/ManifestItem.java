package io.zsync.protocol;

import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One item of the manifest stream: {@code DirBegin entries... DirEnd}, nested, siblings in strictly ascending order of
 * their names. The first item opens the tree's root, whose name is null because a tree does not know its own name.
 */
public sealed interface ManifestItem {
    /**
     * @param name the directory's name in its parent; null for the root only
     * @param rules the text of its rule file, empty if there is none, at most {@link Limits#RULES_LENGTH} bytes
     */
    record DirBegin(@Nullable Name name, Entry.Directory entry, byte[] rules) implements ManifestItem {
        public DirBegin {
            if (rules.length > Limits.RULES_LENGTH) {
                throw new IllegalArgumentException(
                        "rules of " + rules.length + " bytes, at most " + Limits.RULES_LENGTH);
            }
            rules = rules.clone();
        }

        @Override
        public byte[] rules() {
            return rules.clone();
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof DirBegin begin
                    && Objects.equals(name, begin.name)
                    && entry.equals(begin.entry)
                    && Arrays.equals(rules, begin.rules);
        }

        @Override
        public int hashCode() {
            return Objects.hash(name, entry, Arrays.hashCode(rules));
        }
    }

    /** A regular file, symlink or special. */
    record Leaf(Name name, Entry entry) implements ManifestItem {
        public Leaf {
            if (entry instanceof Entry.Directory) {
                throw new IllegalArgumentException("a directory is no leaf: " + name);
            }
        }
    }

    record DirEnd(Listing listing) implements ManifestItem {}

    /** How much of a directory its sender could list; nothing may be deleted below one that is not complete. */
    enum Listing implements Numbered {
        COMPLETE(1),
        PARTLY(2),
        UNREADABLE(3);

        private final int number;

        Listing(int number) {
            this.number = number;
        }

        @Override
        public int number() {
            return number;
        }
    }
}
