package io.zsync.node.api;

/** How a range's bytes move. */
public enum DataPath {
    CLONE("clone"),
    COPY_RANGE("copy-range"),
    SENDFILE("sendfile"),
    MAPPED("mapped"),
    BUFFERED("buffered");

    private final String word;

    DataPath(String word) {
        this.word = word;
    }

    /** The word users read and type. */
    public String word() {
        return word;
    }
}
