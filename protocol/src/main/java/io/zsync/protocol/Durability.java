package io.zsync.protocol;

/** When a receiver forces published files to disk. */
public enum Durability {
    /** Never; the kernel decides. */
    NONE,
    /** Batches of files share one sync before any of them is renamed. */
    BATCH,
    /** Each file is synced before it is renamed. */
    FILE
}
