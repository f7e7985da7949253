package io.zsync.protocol;

/** Why a data path ran. The text is shown by {@code --explain}. */
public enum PathChoice implements Numbered {
    KERNEL_SENDS(1, "the kernel sends the file's pages, nothing is copied to user space"),
    SMALL_FILE(2, "below 64 KiB, packed with others into one frame"),
    FORCED(3, "asked for by --data-path"),
    TRANSFER_REFUSED(4, "transferTo was refused for this file"),
    SENT_AGAIN(5, "a chunk that arrived damaged, sent again from the memory it was compared in"),
    HOLE(6, "a hole: nothing to read or send"),
    ENCRYPTED(7, "private: encrypted here, so the bytes pass through user space"),
    COMPRESSED(8, "compressed here, so the bytes pass through user space"),
    NOT_COMPRESSIBLE(9, "sent as it is: a sample of it did not shrink");

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
}
