package io.zsync.protocol;

/** How a range's bytes move. */
public enum DataPath implements Numbered {
    CLONE(1, "clone"),
    COPY_RANGE(2, "copy-range"),
    SENDFILE(3, "sendfile"),
    MAPPED(4, "mapped"),
    BUFFERED(5, "buffered");

    private final int number;
    private final String word;

    DataPath(int number, String word) {
        this.number = number;
        this.word = word;
    }

    @Override
    public int number() {
        return number;
    }

    /** The word users read and type. */
    public String word() {
        return word;
    }
}
