package io.zsync.node.fs;

import io.zsync.protocol.Limits;

/**
 * What a root may expect of the kernel; the tests also run the ways for older ones and for smaller limits.
 *
 * @param opensBeneath it has {@code openat2} (Linux 5.6, and not refused by a seccomp filter)
 * @param renamesWithoutReplacing the file system may know {@code RENAME_NOREPLACE}
 * @param directoryEntries names in one directory beyond which a listing fails
 */
record Kernel(boolean opensBeneath, boolean renamesWithoutReplacing, int directoryEntries) {
    static final Kernel CURRENT = new Kernel(true, true, Limits.DIRECTORY_ENTRIES);
    static final Kernel OLD = new Kernel(false, false, Limits.DIRECTORY_ENTRIES);
}
