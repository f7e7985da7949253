package io.zsync.protocol;

/** What the wire guarantees for payload; control is TLS at every level. Ordered from weakest to strongest. */
public enum Protection implements Numbered {
    /** Authenticated opener, CRC32C over header and payload; readable and, by an active attacker, alterable. */
    CLEAR(1),
    /** As clear, with AES-256-GCM tags in place of the sums: readable, not alterable. */
    SAFE(2),
    /** TLS 1.3: neither readable nor alterable. */
    PRIVATE(3);

    private final int number;

    Protection(int number) {
        this.number = number;
    }

    @Override
    public int number() {
        return number;
    }
}
