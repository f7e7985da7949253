package io.zsync.protocol;

/** What becomes of the source's symlinks. */
public enum LinkPolicy implements Numbered {
    /** They are replicated as links. */
    KEEP(1),
    /** What they lead to is replicated in their place. */
    FOLLOW(2),
    /** They are left out; what stands under their names in the target stays. */
    SKIP(3);

    private final int number;

    LinkPolicy(int number) {
        this.number = number;
    }

    @Override
    public int number() {
        return number;
    }
}
