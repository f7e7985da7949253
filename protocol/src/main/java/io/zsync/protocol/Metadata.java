package io.zsync.protocol;

/**
 * What an entry carries besides its content.
 *
 * @param mode the permission bits with setuid, setgid and sticky, 0 to 07777; 0777 for a symlink
 * @param uid owner, an unsigned 32 bit number
 * @param gid group, an unsigned 32 bit number
 * @param mtimeSeconds modification time in seconds since 1970, negative before it
 * @param mtimeNanos 0 to 999,999,999
 * @param attributes extended attributes and ACLs, where they are kept
 */
public record Metadata(int mode, int uid, int gid, long mtimeSeconds, int mtimeNanos, Attributes attributes) {
    public static final int MODE_MASK = 07777;

    public Metadata {
        if ((mode & ~MODE_MASK) != 0) {
            throw new IllegalArgumentException("mode " + Integer.toOctalString(mode) + " has bits beyond 07777");
        }
        if (mtimeNanos < 0 || mtimeNanos > 999_999_999) {
            throw new IllegalArgumentException("nanoseconds " + mtimeNanos + " not in 0..999999999");
        }
    }

    /** Without extended attributes. */
    public Metadata(int mode, int uid, int gid, long mtimeSeconds, int mtimeNanos) {
        this(mode, uid, gid, mtimeSeconds, mtimeNanos, Attributes.NONE);
    }

    public Metadata with(Attributes other) {
        return new Metadata(mode, uid, gid, mtimeSeconds, mtimeNanos, other);
    }

    /** By its modification time. */
    public boolean isNewerThan(Metadata other) {
        return mtimeSeconds != other.mtimeSeconds ? mtimeSeconds > other.mtimeSeconds : mtimeNanos > other.mtimeNanos;
    }

    public boolean sameTime(Metadata other) {
        return mtimeSeconds == other.mtimeSeconds && mtimeNanos == other.mtimeNanos;
    }
}
