package io.zsync.node.replica;

import io.zsync.node.fs.OpenFile;
import io.zsync.protocol.Message;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** A range of a {@link Fetch} in the hands of one thread, which ends it by exactly one of three words. */
public final class RangeClaim {
    private final Fetch fetch;
    private final @Nullable StagedFile target;
    private final int attempt;
    private final long offset;
    private final long length;

    /** @param target retained for this claim; null if what arrives is discarded */
    RangeClaim(Fetch fetch, @Nullable StagedFile target, int attempt, long offset, long length) {
        this.fetch = fetch;
        this.target = target;
        this.attempt = attempt;
        this.offset = offset;
        this.length = length;
    }

    /** Writes part of the range. A failure ends the fetch; what else arrives for it is discarded. */
    public void write(ByteBuffer content, long position) {
        StagedFile into = target;
        if (into == null || fetch.isStale(attempt)) {
            content.position(content.limit());
            return;
        }
        try {
            into.write(content, position);
        } catch (IOException e) {
            content.position(content.limit());
            failed(e);
        }
    }

    /** The target could not take the range: this ends the fetch. What ends the claim is still to be said. */
    void failed(IOException cause) {
        fetch.failed(attempt, cause);
    }

    /** The file to fill, for who writes it without passing through here; null if the attempt is over. */
    @Nullable
    OpenFile file() {
        return target == null || fetch.isStale(attempt) ? null : target.file();
    }

    /** All of it is written, and is what was sent. */
    public void verified() {
        note();
        endUse();
        fetch.verified(attempt, length);
    }

    /** Ahead of the end of its use: the staged file may be forced to disk. */
    private void note() {
        Resumption noting = fetch.resumption(attempt);
        if (target == null || noting == null) {
            return;
        }
        try {
            String trouble = noting.verified(target, new Message.Range(offset, length));
            if (trouble != null) {
                fetch.notResumable(trouble);
            }
        } catch (IOException e) {
            failed(e);
        }
    }

    /** @return true if the range is outstanding again and should be asked for once more */
    public boolean damaged() {
        endUse();
        return fetch.release(attempt, offset, length);
    }

    /** Nothing is known of it: the session is ending. */
    public void abandoned() {
        endUse();
    }

    private void endUse() {
        if (target != null) {
            target.release();
        }
    }
}
