package io.zsync.tests.system;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A tree that is only thought of: objects by path. Paths, names and link targets are bytes, one to a char (ISO 8859-1);
 * the root is "." and what lies below begins with "./". Several paths with one object are hard links.
 */
final class TreeModel {
    static final String ROOT = ".";

    private final TreeMap<String, Thing> things = new TreeMap<>();

    /** What an object is, metadata aside. */
    sealed interface Body {
        record Directory() implements Body {}

        /** Random bytes in each extent, in this order and apart from each other; a hole between them. */
        record Data(long seed, long size, List<Extent> extents) implements Body {
            static Data dense(long seed, int size) {
                return new Data(seed, size, List.of(new Extent(0, size)));
            }
        }

        record Symlink(String target) implements Body {}

        record Fifo() implements Body {}

        record Socket() implements Body {}

        record Device(boolean block, int major, int minor) implements Body {}
    }

    record Extent(long offset, int length) {}

    /**
     * Everything that does not tell what an object is.
     *
     * @param nanos of the second, whatever its sign
     * @param xattrs values are bytes as above
     * @param acl entries as setfacl writes them, separated by commas; "" is none
     * @param defaultAcl the same, of a directory
     */
    record Meta(
            int mode,
            long uid,
            long gid,
            long seconds,
            int nanos,
            Map<String, String> xattrs,
            String acl,
            String defaultAcl) {
        Meta {
            xattrs = Map.copyOf(xattrs);
        }

        Meta withTime(long newSeconds, int newNanos) {
            return new Meta(mode, uid, gid, newSeconds, newNanos, xattrs, acl, defaultAcl);
        }
    }

    /** An object; its number says which one, as an inode's does. */
    record Thing(long number, Body body, Meta meta) {
        boolean isDirectory() {
            return body instanceof Body.Directory;
        }
    }

    TreeModel(Thing root) {
        things.put(ROOT, root);
    }

    private TreeModel(Map<String, Thing> things) {
        this.things.putAll(things);
    }

    TreeModel copy() {
        return new TreeModel(things);
    }

    /** Everything by path, parents ahead of what they hold. */
    SortedMap<String, Thing> things() {
        return things;
    }

    boolean holds(String path) {
        return things.containsKey(path);
    }

    /** @param path one that {@link #holds} */
    Thing at(String path) {
        return Objects.requireNonNull(things.get(path), path);
    }

    /** Replaces what is there and below, or begins. */
    void put(String path, Thing thing) {
        if (!thing.isDirectory()) {
            below(path).forEach(things::remove);
        }
        things.put(path, thing);
    }

    /** The same object with another body or metadata, under all its names. */
    void change(Thing changed) {
        things.replaceAll((path, thing) -> thing.number() == changed.number() ? changed : thing);
    }

    void remove(String path) {
        below(path).forEach(things::remove);
        things.remove(path);
    }

    /** Moves an object and what lies below it; nothing may be at the new path, and that not below the old one. */
    void move(String from, String to) {
        Map<String, Thing> moved = new TreeMap<>();
        moved.put(to, at(from));
        for (String path : below(from)) {
            moved.put(to + path.substring(from.length()), at(path));
        }
        remove(from);
        things.putAll(moved);
    }

    List<String> directories() {
        List<String> found = new ArrayList<>();
        things.forEach((path, thing) -> {
            if (thing.isDirectory()) {
                found.add(path);
            }
        });
        return found;
    }

    /** Every path but the root's. */
    List<String> members() {
        return new ArrayList<>(below(ROOT));
    }

    private List<String> below(String path) {
        // '0' is the byte after '/'.
        return List.copyOf(things.subMap(path + "/", path + "0").keySet());
    }
}
