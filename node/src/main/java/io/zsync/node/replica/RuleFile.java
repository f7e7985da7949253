package io.zsync.node.replica;

import io.zsync.node.fs.Directory;
import io.zsync.node.fs.Errno;
import io.zsync.node.fs.FileFailure;
import io.zsync.node.fs.OpenFile;
import io.zsync.protocol.Limits;
import io.zsync.protocol.Name;
import io.zsync.protocol.RuleText;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Objects;

/** Reads the file that holds a directory's rules. */
final class RuleFile {
    private RuleFile() {}

    /**
     * The text of the member with this name; empty if there is none, or none that is a regular file.
     *
     * @throws FileFailure if it cannot be read, or already could not be looked at when it was listed
     * @throws IllegalArgumentException if it is longer than {@link Limits#RULES_LENGTH}
     */
    static RuleText read(Directory directory, Directory.Listing listing, Name name) throws IOException {
        for (Directory.Unseen unseen : listing.failures()) {
            if (Objects.equals(name, unseen.name())) {
                throw unseen.why();
            }
        }
        for (Directory.Member member : listing.members()) {
            if (member.name().equals(name)) {
                return member.stat().isRegular() ? read(directory, name) : RuleText.NONE;
            }
        }
        return RuleText.NONE;
    }

    private static RuleText read(Directory directory, Name name) throws IOException {
        try (OpenFile file = directory.open(name)) {
            long size = file.stat().size();
            if (size > Limits.RULES_LENGTH) {
                throw new IllegalArgumentException(size + " bytes, at most " + Limits.RULES_LENGTH);
            }
            ByteBuffer text = ByteBuffer.allocateDirect((int) size);
            file.read(text, 0);
            byte[] bytes = new byte[text.flip().remaining()];
            text.get(bytes);
            return new RuleText(bytes);
        } catch (FileFailure e) {
            if (e.errno() == Errno.NOENT) {
                return RuleText.NONE;
            }
            throw e;
        }
    }
}
