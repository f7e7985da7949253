package io.zsync.protocol;

import org.jspecify.annotations.Nullable;

/**
 * One item of the manifest stream: {@code DirBegin entries... DirEnd}, nested, siblings in strictly ascending order of
 * their names. The first item opens the tree's root, whose name is null because a tree does not know its own name.
 */
public sealed interface ManifestItem {
    /**
     * @param name the directory's name in its parent; null for the root only
     * @param rules the text of its rule file, empty if there is none
     */
    record DirBegin(@Nullable Name name, Entry.Directory entry, RuleText rules) implements ManifestItem {}

    /**
     * A regular file, symlink or special under the first of its names.
     *
     * @param links how many names the object has in the source; more than 1 only where hard links are kept
     */
    record Leaf(Name name, Entry entry, int links) implements ManifestItem {
        public Leaf {
            if (entry instanceof Entry.Directory) {
                throw new IllegalArgumentException("a directory is no leaf: " + name);
            }
            if (links < 1) {
                throw new IllegalArgumentException("links " + links);
            }
        }

        /** An object whose other names, if it has any, are nobody's concern. */
        public Leaf(Name name, Entry entry) {
            this(name, entry, 1);
        }
    }

    /**
     * One more name of an object that the manifest has already.
     *
     * @param first the entry number of the object's first name
     */
    record HardLink(Name name, long first) implements ManifestItem {
        public HardLink {
            if (first < 1) {
                throw new IllegalArgumentException("hard link to entry " + first);
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
