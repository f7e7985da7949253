package io.zsync.node.bench;

/** The system or the file system refuses one way of moving data; the message says why. */
final class WayRefused extends Exception {
    private static final long serialVersionUID = 1L;

    WayRefused(String why) {
        super(why);
    }
}
