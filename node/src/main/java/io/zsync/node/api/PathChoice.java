package io.zsync.node.api;

/** Why a data path ran. The text is shown by {@code --explain}. */
public enum PathChoice {
    KERNEL_SENDS("the kernel sends the file's pages, nothing is copied to user space"),
    SMALL_FILE("below 64 KiB, packed with others into one frame"),
    FORCED("asked for by --data-path"),
    ENCRYPTED("encrypted here, so the bytes pass through user space"),
    TRANSFER_REFUSED("transferTo was refused for this file"),
    SENT_AGAIN("a chunk that arrived damaged, sent again from the memory it was compared in"),
    HOLE("a hole: nothing to read or send");

    private final String text;

    PathChoice(String text) {
        this.text = text;
    }

    public String text() {
        return text;
    }
}
