package io.zsync.node.trust;

import io.zsync.protocol.Escape;
import io.zsync.protocol.Limits;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Collectors;

/** What a peer may do in one share, as far as the share itself allows it. At least one right. Immutable. */
public record Grant(String share, Set<Right> rights) {
    /** @throws IllegalArgumentException with the reason in one line, fit for whoever typed it */
    public Grant {
        Alphabet.require("share", share, Limits.SHARE_LENGTH);
        if (rights.isEmpty()) {
            throw new IllegalArgumentException("a grant names at least one of read, write, delete");
        }
        rights = Collections.unmodifiableSet(EnumSet.copyOf(rights));
    }

    /**
     * Reads {@code SHARE=read,write,delete}, any of the three.
     *
     * @throws IllegalArgumentException with the reason in one line, fit for whoever typed the text
     */
    public static Grant parse(String text) {
        int equals = text.indexOf('=');
        if (equals < 0) {
            throw new IllegalArgumentException("a grant reads SHARE=read,write,delete");
        }
        Set<Right> rights = EnumSet.noneOf(Right.class);
        for (String word : text.substring(equals + 1).split(",", -1)) {
            if (!rights.add(right(word))) {
                throw new IllegalArgumentException("a grant says '" + word + "' twice");
            }
        }
        return new Grant(text.substring(0, equals), rights);
    }

    private static Right right(String word) {
        for (Right right : Right.values()) {
            if (right.word().equals(word)) {
                return right;
            }
        }
        throw new IllegalArgumentException(
                "'" + Escape.text(word) + "' is no right; these are: read, write, delete, with commas between");
    }

    /** What {@link #parse} reads. */
    @Override
    public String toString() {
        return share + "=" + rights.stream().map(Right::word).collect(Collectors.joining(","));
    }
}
