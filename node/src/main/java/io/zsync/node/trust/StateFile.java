package io.zsync.node.trust;

import io.zsync.node.api.RunFailure;
import io.zsync.node.fs.OpenFile;
import io.zsync.protocol.Name;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * A file of the state folder that its only writer appends to. Who is the only one, its user sees to; nothing is locked here.
 * Its loss costs time only, so whatever goes wrong with it is an {@link IOException} to its user, who can do without.
 */
public final class StateFile implements Closeable {
    private final OpenFile file;
    private long length;

    private StateFile(OpenFile file, long length) {
        this.file = file;
        this.length = length;
    }

    /**
     * All of a file.
     *
     * @param what the file for people
     * @return nothing if there is none
     * @throws IOException also if somebody else could have written it, or it is longer than {@code maxLength}
     */
    public static byte[] read(String what, Path folder, Name name, int maxLength) throws IOException {
        try (TrustedFolder open = TrustedFolder.open(folder)) {
            byte[] bytes = open == null ? null : open.read(what, name, maxLength, TrustedFolder.WRITABLE_BY_OTHERS);
            return bytes == null ? new byte[0] : bytes;
        } catch (RunFailure e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    /** Puts a new file with this content in the old one's place, durably, to be appended to. Makes the folder if need be. */
    public static StateFile replace(Path folder, Name name, byte[] content) throws IOException {
        try (TrustedFolder open = TrustedFolder.openOrCreate(folder)) {
            return new StateFile(open.replaceAndKeep(name, content), content.length);
        } catch (RunFailure e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    /** Removes a file, if it is there. */
    public static void remove(Path folder, Name name) throws IOException {
        try (TrustedFolder open = TrustedFolder.open(folder)) {
            if (open != null) {
                open.remove(name);
            }
        } catch (RunFailure e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    /** In bytes. */
    public long length() {
        return length;
    }

    /** Writes all of a direct buffer behind the end. After a failure the file must be written anew before anything else is. */
    public void append(ByteBuffer bytes) throws IOException {
        int count = bytes.remaining();
        file.write(bytes, length);
        length += count;
    }

    /** Forces what was appended to disk. */
    public void sync() throws IOException {
        file.sync();
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
