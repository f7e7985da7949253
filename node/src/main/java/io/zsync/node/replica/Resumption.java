package io.zsync.node.replica;

import io.zsync.protocol.FileIdentity;
import io.zsync.protocol.Message.Range;
import io.zsync.protocol.Name;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * One attempt at a large file, noted in the {@link ResumeJournal} from when the sender has said which file it opened. Thread
 * safe.
 */
final class Resumption {
    private final ResumeJournal journal;
    private final Name target;
    /** Verified before it was said what of. */
    private final Intervals early = new Intervals();

    private long mount;
    private @Nullable FileIdentity source;
    private @Nullable Unfinished noted;
    private boolean ended;

    Resumption(ResumeJournal journal, Name target) {
        this.journal = journal;
        this.target = target;
    }

    /** Goes on with what an earlier run has noted. */
    Resumption(ResumeJournal journal, Unfinished noted) {
        this.journal = journal;
        this.target = noted.subject().target();
        this.source = noted.subject().source();
        this.noted = noted;
    }

    /** The staged file was made on this mount. */
    synchronized void staged(long on) {
        mount = on;
    }

    /** The sender says which file this attempt is about. @return false if it said otherwise before, now or in an earlier run */
    synchronized boolean opened(FileIdentity identity) {
        if (source == null) {
            source = identity;
        }
        return source.equals(identity);
    }

    /**
     * A range is verified and written to the staged file, which the caller retains.
     *
     * @return why nothing can be noted any more, if that was not told before
     * @throws IOException if the staged file is lost
     */
    @Nullable
    String verified(StagedFile staged, Range range) throws IOException {
        Unfinished noting;
        synchronized (this) {
            if (ended) {
                return null;
            }
            FileIdentity known = source;
            if (known == null) {
                early.add(range.offset(), range.end());
                return null;
            }
            if (noted == null) {
                noted = journal.begin(staged.reserved(), staged.file().stat(), mount, target, known);
                for (Range each : early.ranges()) {
                    journal.wrote(noted, each, staged.file());
                }
            }
            noting = noted;
        }
        journal.wrote(noting, range, staged.file());
        return journal.takeTrouble();
    }

    /** Whether a later run could go on with it. */
    synchronized boolean isNoted() {
        return noted != null && journal.keeps(noted);
    }

    /** The staged file is published, or about to go. */
    synchronized void end() {
        ended = true;
        if (noted != null) {
            journal.end(noted);
        }
    }
}
