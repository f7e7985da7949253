package io.zsync.protocol;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A canonical path below a root, as bytes: components joined by single slashes, none of them empty, {@code .} or {@code
 * ..}, at most 4,096 bytes and 256 components; no bytes at all name the root itself. Ordered component by component as
 * unsigned bytes, {@code /} below every other byte. Immutable.
 */
public final class RelativePath implements Comparable<RelativePath> {
    public static final RelativePath ROOT = new RelativePath(new byte[0]);

    private final byte[] bytes;

    private RelativePath(byte[] bytes) {
        this.bytes = bytes;
    }

    /** @throws IllegalArgumentException if the bytes are not canonical; the array is copied */
    public static RelativePath of(byte[] bytes) {
        String reason = reasonAgainst(bytes);
        if (reason != null) {
            throw new IllegalArgumentException("path " + Escape.bytes(bytes) + ": " + reason);
        }
        return bytes.length == 0 ? ROOT : new RelativePath(bytes.clone());
    }

    /** The path with these characters in UTF-8. */
    public static RelativePath of(String text) {
        return of(text.getBytes(StandardCharsets.UTF_8));
    }

    private static @Nullable String reasonAgainst(byte[] bytes) {
        if (bytes.length == 0) {
            return null;
        }
        if (bytes.length > Limits.PATH_LENGTH) {
            return "path of " + bytes.length + " bytes, at most " + Limits.PATH_LENGTH;
        }
        int depth = 0;
        for (int from = 0; from <= bytes.length; depth++) {
            int to = from;
            while (to < bytes.length && bytes[to] != '/') {
                to++;
            }
            String reason = Name.reasonAgainst(bytes, from, to);
            if (reason != null) {
                return reason;
            }
            from = to + 1;
        }
        return depth > Limits.PATH_DEPTH ? "depth " + depth + ", at most " + Limits.PATH_DEPTH : null;
    }

    /** False if a child of this name would be too long or too deep. */
    public boolean fits(Name name) {
        int start = bytes.length == 0 ? 0 : bytes.length + 1;
        return start + name.length() <= Limits.PATH_LENGTH && depth() < Limits.PATH_DEPTH;
    }

    /** @throws IllegalArgumentException if the child would be too long or too deep */
    public RelativePath child(Name name) {
        int start = bytes.length == 0 ? 0 : bytes.length + 1;
        if (!fits(name)) {
            throw new IllegalArgumentException("path too long or too deep: " + this + "/" + name);
        }
        byte[] joined = Arrays.copyOf(bytes, start + name.length());
        if (start > 0) {
            joined[start - 1] = '/';
        }
        name.copyTo(joined, start);
        return new RelativePath(joined);
    }

    public boolean isRoot() {
        return bytes.length == 0;
    }

    /** Number of components; 0 for the root. */
    public int depth() {
        if (bytes.length == 0) {
            return 0;
        }
        int depth = 1;
        for (byte b : bytes) {
            if (b == '/') {
                depth++;
            }
        }
        return depth;
    }

    /** @throws IllegalStateException for the root, which has no parent inside the tree */
    public RelativePath parent() {
        int slash = lastSlash();
        return slash < 0 ? ROOT : new RelativePath(Arrays.copyOf(bytes, slash));
    }

    /** The first {@code depth} components of this path. */
    public RelativePath ancestor(int depth) {
        int end = 0;
        for (int seen = 0; seen < depth && end < bytes.length; end++) {
            if (bytes[end] == '/' && ++seen == depth) {
                return new RelativePath(Arrays.copyOf(bytes, end));
            }
        }
        return depth == 0 ? ROOT : this;
    }

    /** True if this is that path or lies below it. */
    public boolean startsWith(RelativePath ancestor) {
        int length = ancestor.bytes.length;
        return length == 0
                || (bytes.length >= length
                        && Arrays.equals(bytes, 0, length, ancestor.bytes, 0, length)
                        && (bytes.length == length || bytes[length] == '/'));
    }

    /** The last component. @throws IllegalStateException for the root, which has no name inside the tree */
    public Name name() {
        return Name.of(Arrays.copyOfRange(bytes, lastSlash() + 1, bytes.length));
    }

    private int lastSlash() {
        if (bytes.length == 0) {
            throw new IllegalStateException("the root has no parent and no name");
        }
        int i = bytes.length - 1;
        while (i >= 0 && bytes[i] != '/') {
            i--;
        }
        return i;
    }

    public List<Name> names() {
        List<Name> names = new ArrayList<>();
        for (int from = 0; from < bytes.length; ) {
            int to = from;
            while (to < bytes.length && bytes[to] != '/') {
                to++;
            }
            names.add(Name.of(Arrays.copyOfRange(bytes, from, to)));
            from = to + 1;
        }
        return names;
    }

    public int length() {
        return bytes.length;
    }

    /** A copy of the bytes. */
    public byte[] bytes() {
        return bytes.clone();
    }

    @Override
    public int compareTo(RelativePath other) {
        int common = Math.min(bytes.length, other.bytes.length);
        int i = Arrays.mismatch(bytes, 0, common, other.bytes, 0, common);
        if (i < 0) {
            return Integer.compare(bytes.length, other.bytes.length);
        }
        return Integer.compare(rank(bytes[i]), rank(other.bytes[i]));
    }

    private static int rank(byte b) {
        return b == '/' ? -1 : b & 0xFF;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof RelativePath path && Arrays.equals(bytes, path.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    /** The path for people, escaped; {@code .} for the root. */
    @Override
    public String toString() {
        return bytes.length == 0 ? "." : Escape.bytes(bytes);
    }
}
