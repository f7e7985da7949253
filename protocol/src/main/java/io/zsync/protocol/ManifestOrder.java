package io.zsync.protocol;

import org.jspecify.annotations.Nullable;

/**
 * Where in the tree a manifest stands, and what may come next: the root first and alone without a name, siblings in
 * strict ascent, nothing too deep, too long or too many, every directory ended. Keeps one name and two numbers for each
 * open directory and nothing else. One thread.
 */
final class ManifestOrder {
    /** Of the open directory at each depth: its last child so far. */
    private final @Nullable Name[] lastChildren = new Name[Limits.PATH_DEPTH + 1];

    private final int[] children = new int[Limits.PATH_DEPTH + 1];
    private final int[] pathLengths = new int[Limits.PATH_DEPTH + 1];

    /** Components in the open directory's path; -1 before the root begins and after it ended. */
    private int depth = -1;

    private long entries;

    /** @throws IllegalArgumentException if the item may not stand here; nothing has changed then */
    void accept(ManifestItem item) {
        switch (item) {
            case ManifestItem.DirBegin begin -> {
                Name name = begin.name();
                if (name != null) {
                    open(child(name));
                } else if (entries == 0) {
                    open(0);
                } else {
                    throw new IllegalArgumentException("a directory without a name below the root");
                }
            }
            case ManifestItem.Leaf leaf -> child(leaf.name());
            case ManifestItem.HardLink link -> {
                if (link.first() >= entries) {
                    throw new IllegalArgumentException(
                            "hard link " + link.name() + " to entry " + link.first() + ", which has not come");
                }
                child(link.name());
            }
            case ManifestItem.DirEnd end -> {
                checkOpen();
                depth--;
                return;
            }
        }
        entries++;
    }

    private void open(int pathLength) {
        depth++;
        lastChildren[depth] = null;
        children[depth] = 0;
        pathLengths[depth] = pathLength;
    }

    /** Takes a child of the open directory. @return its path's length */
    private int child(Name name) {
        checkOpen();
        if (name.isReserved()) {
            throw new IllegalArgumentException("reserved name " + name);
        }
        Name last = lastChildren[depth];
        if (last != null && name.compareTo(last) <= 0) {
            throw new IllegalArgumentException("name " + name + " after its sibling " + last);
        }
        if (depth == Limits.PATH_DEPTH) {
            throw new IllegalArgumentException("name " + name + " deeper than " + Limits.PATH_DEPTH);
        }
        int parentLength = pathLengths[depth];
        int pathLength = parentLength == 0 ? name.length() : parentLength + 1 + name.length();
        if (pathLength > Limits.PATH_LENGTH) {
            throw new IllegalArgumentException(
                    "name " + name + " makes a path of " + pathLength + " bytes, at most " + Limits.PATH_LENGTH);
        }
        if (children[depth] == Limits.DIRECTORY_ENTRIES) {
            throw new IllegalArgumentException(
                    "name " + name + " in a directory of " + Limits.DIRECTORY_ENTRIES + " entries already");
        }
        children[depth]++;
        lastChildren[depth] = name;
        return pathLength;
    }

    private void checkOpen() {
        if (depth < 0) {
            throw new IllegalArgumentException(entries == 0 ? "no root yet" : "the root has ended");
        }
    }

    /** The number of the last entry; -1 before the root. */
    long lastEntry() {
        return entries - 1;
    }

    boolean isComplete() {
        return depth < 0 && entries > 0;
    }
}
