package io.zsync.protocol;

/** Which data path the sender is asked to take. */
public enum PathPolicy implements Numbered {
    /** sendfile where it can serve, packs for small files. */
    AUTO(1),
    SENDFILE(2),
    MAPPED(3),
    BUFFERED(4);

    private final int number;

    PathPolicy(int number) {
        this.number = number;
    }

    @Override
    public int number() {
        return number;
    }
}
