package io.zsync.protocol;

/** Which way a session moves data, seen from its initiator. */
public enum Mode implements Numbered {
    PUSH(1),
    PULL(2);

    private final int number;

    Mode(int number) {
        this.number = number;
    }

    @Override
    public int number() {
        return number;
    }
}
