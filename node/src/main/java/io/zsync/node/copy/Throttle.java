package io.zsync.node.copy;

import java.io.IOException;

/** How fast bytes may move, and whether they still may; asked before each piece. For any thread. */
public interface Throttle {
    /** As fast as can be. */
    Throttle OPEN = new Throttle() {
        @Override
        public int portion(int most) {
            return most;
        }

        @Override
        public void await(int bytes) {}
    };

    /** As {@code most}, or less, so that a rate is even and progress shows; at least 1. */
    int portion(int most);

    /**
     * Waits until so many more bytes may move.
     *
     * @throws IOException if nothing is to move any more; whoever copies gives up with it
     */
    void await(int bytes) throws IOException;
}
