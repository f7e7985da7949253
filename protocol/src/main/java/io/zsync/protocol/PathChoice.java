package io.zsync.protocol;

/**
 * Why a data path ran. The text is shown by {@code --explain}. Those of copies from file to file never go over a wire.
 */
public enum PathChoice implements Numbered {
    KERNEL_SENDS(1, "the kernel sends the file's pages, nothing is copied to user space"),
    SMALL_FILE(2, "below 64 KiB, packed with others into one frame"),
    FORCED(3, "asked for by --data-path"),
    TRANSFER_REFUSED(4, "transferTo was refused for this file"),
    SENT_AGAIN(5, "a chunk that arrived damaged, sent again from the memory it was compared in"),
    HOLE(6, "a hole: nothing to read or send"),
    ENCRYPTED(7, "private: encrypted here, so the bytes pass through user space"),
    COMPRESSED(8, "compressed here, so the bytes pass through user space"),
    NOT_COMPRESSIBLE(9, "sent as it is: a sample of it did not shrink"),
    BLOCKS_SHARED(10, "both files share the blocks, nothing is copied"),
    KERNEL_COPIES(11, "the kernel copies from file to file within one file system"),
    KERNEL_SPLICES(12, "two file systems: the kernel passes the pages on, nothing is copied to user space"),
    READ_AT_ONCE(13, "below 64 KiB: one read and one write"),
    KERNEL_REFUSED(14, "the kernel does not copy this file by itself"),
    SIZE_UNKNOWN(15, "its file system does not say how long it is: read to the end");

    private final int number;
    private final String text;

    PathChoice(int number, String text) {
        this.number = number;
        this.text = text;
    }

    @Override
    public int number() {
        return number;
    }

    public String text() {
        return text;
    }

    /** True for the reasons of a copy from file to file. */
    boolean isLocal() {
        return number >= BLOCKS_SHARED.number;
    }
}
