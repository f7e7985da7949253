package io.zsync.node.fs;

/** The kernel's errors that somebody decides upon; all others are {@link #OTHER}. Numbers as on Linux. */
public enum Errno {
    PERM(1),
    NOENT(2),
    IO(5),
    ACCES(13),
    FAULT(14),
    EXIST(17),
    XDEV(18),
    NOTDIR(20),
    ISDIR(21),
    INVAL(22),
    NFILE(23),
    MFILE(24),
    NOTTY(25),
    TXTBSY(26),
    FBIG(27),
    NOSPC(28),
    ROFS(30),
    MLINK(31),
    NAMETOOLONG(36),
    NOSYS(38),
    NOTEMPTY(39),
    LOOP(40),
    NODATA(61),
    OVERFLOW(75),
    OPNOTSUPP(95),
    STALE(116),
    DQUOT(122),
    OTHER(0);

    private final int number;

    Errno(int number) {
        this.number = number;
    }

    public static Errno of(int number) {
        for (Errno errno : values()) {
            if (errno.number == number) {
                return errno;
            }
        }
        return OTHER;
    }
}
