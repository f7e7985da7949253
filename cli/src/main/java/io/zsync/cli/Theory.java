package io.zsync.cli;

import io.zsync.node.api.BenchReport.Table;
import io.zsync.protocol.DataPath;

/**
 * What the textbooks say that a path does with each buffer, without the check.
 *
 * <p>Into a socket, with a network card that gathers: IBM's article (see {@link IbmFigures}) for {@code read} and {@code
 * write} (four copies, four mode switches) and for {@code sendfile} (two copies and two switches; three without a card
 * that gathers); Dragan Stancevic, "Zero Copy I: User-Mode Perspective", Linux Journal 105, 2003, for {@code mmap} and
 * {@code write} (three copies, four switches). Into a file: copy_file_range(2) and ioctl_ficlonerange(2) of the Linux man
 * pages, and fs/splice.c, which copies each page once into the target's page cache; the disk's own copies are left out,
 * because they come later.
 *
 * @param cpuCopies made by a processor
 * @param dmaCopies made by a device
 * @param modeSwitches between user and kernel
 */
record Theory(int cpuCopies, int dmaCopies, int modeSwitches) {
    static Theory of(Table table, DataPath path) {
        return switch (table) {
            case SOCKET -> intoSocket(path);
            case FILE -> intoFile(path);
        };
    }

    private static Theory intoSocket(DataPath path) {
        return switch (path) {
            case SENDFILE -> new Theory(0, 2, 2);
            case MAPPED -> new Theory(1, 2, 4);
            case BUFFERED -> new Theory(2, 2, 4);
            case CLONE, COPY_RANGE -> throw new IllegalArgumentException(path + " into a socket");
        };
    }

    private static Theory intoFile(DataPath path) {
        return switch (path) {
            case CLONE -> new Theory(0, 0, 2);
            case COPY_RANGE, SENDFILE -> new Theory(1, 0, 2);
            case MAPPED -> new Theory(1, 0, 4);
            case BUFFERED -> new Theory(2, 0, 4);
        };
    }
}
