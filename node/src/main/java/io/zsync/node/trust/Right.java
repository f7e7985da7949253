package io.zsync.node.trust;

/** What a peer may do in a share. */
public enum Right {
    /** Receive what is there. */
    READ("read"),
    /** Make and replace. */
    WRITE("write"),
    /** Remove what the peer does not have. */
    DELETE("delete");

    private final String word;

    Right(String word) {
        this.word = word;
    }

    /** The word users read and type. */
    public String word() {
        return word;
    }
}
