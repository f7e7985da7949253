package io.zsync.protocol;

/** When a receiver forces published files to disk. */
public enum Durability implements Numbered {
    /** Never; the kernel decides. */
    NONE(1),
    /** Batches of files share one sync before any of them is renamed. */
    BATCH(2),
    /** Each file is synced before it is renamed. */
    FILE(3);

    private final int number;

    Durability(int number) {
        this.number = number;
    }

    @Override
    public int number() {
        return number;
    }
}
