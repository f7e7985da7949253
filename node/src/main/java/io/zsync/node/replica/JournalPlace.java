package io.zsync.node.replica;

import io.zsync.protocol.Digest;
import io.zsync.protocol.PeerId;
import java.nio.file.Path;

/**
 * Where a receiver notes what it has of large files, so that a later session can go on with them.
 *
 * @param folder of this user's state; made when there is something to note
 * @param source whose files they are: what one peer has sent is never completed with what another sends
 */
public record JournalPlace(Path folder, PeerId source) {
    /** For a source in this process, whose keys do not outlive a run. */
    public static JournalPlace local(Path folder) {
        return new JournalPlace(folder, new PeerId(Digest.of(new byte[Digest.LENGTH])));
    }
}
