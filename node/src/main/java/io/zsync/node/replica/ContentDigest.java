package io.zsync.node.replica;

import io.zsync.node.fs.OpenFile;
import io.zsync.protocol.Digest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * SHA-256 of whole contents, by plain reads: no map that a shrinking file could take away. Keeps one buffer. For one
 * thread.
 */
final class ContentDigest {
    private static final int SLICE_LENGTH = 256 << 10;

    private final Hashing hashing;
    private final ByteBuffer slice = ByteBuffer.allocateDirect(SLICE_LENGTH);
    private final byte[] heap = new byte[SLICE_LENGTH];
    private final MessageDigest sha256 = sha256();

    ContentDigest(Hashing hashing) {
        this.hashing = hashing;
    }

    /** Of all that the file holds, to its end. @throws IOException also if the run is over before */
    Digest of(OpenFile file) throws IOException {
        sha256.reset();
        long offset = 0;
        int read = file.read(slice.clear(), offset);
        while (read > 0) {
            hashing.read(read);
            slice.flip().get(heap, 0, read);
            sha256.update(heap, 0, read);
            offset += read;
            read = file.read(slice.clear(), offset);
        }
        return Digest.of(sha256.digest());
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java runtime has SHA-256", e);
        }
    }
}
