package io.zsync.node.transport;

import io.zsync.node.fs.OpenFile;
import io.zsync.protocol.FileIdentity;
import java.io.IOException;

/**
 * Small files collected for one frame. Content is read straight into the buffer that goes to the socket. For the one thread
 * of its {@link DataWriter}.
 */
public final class OutboundPack {
    OutboundPack() {}

    public boolean isEmpty() {
        return true;
    }

    public int files() {
        return 0;
    }

    /** @param length of the file's content */
    public boolean hasRoomFor(int length) {
        return false;
    }

    /**
     * Reads a whole small file and then looks at it once more, so that what is sent is what {@code identity} names.
     *
     * @param identity the stat of the open descriptor that was found to be the file on offer; 1 to 65,535 bytes long
     * @return false, and nothing is added, if the file is not {@code identity} any more after the read
     * @throws IOException if the file cannot be read; nothing is added
     */
    public boolean add(OpenFile source, long file, int attempt, FileIdentity identity) throws IOException {
        throw new UnsupportedOperationException();
    }
}
