package io.zsync.node.trust;

import io.zsync.node.api.FailureKind;
import io.zsync.node.api.RunFailure;
import io.zsync.protocol.Name;
import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;

/**
 * The file {@code peers} of the config folder. Changes go one after another, whatever processes make them, and each is
 * there as a whole or not at all, power cuts included. For any thread; keeps nothing open and nothing in memory.
 */
public final class PeerBookFile {
    private static final Name NAME = Name.of("peers");
    private static final Name LOCK = Name.of("peers.lock");
    private static final String WHAT = "peer book";

    private final ConfigFolder folders;
    private final Duration patience;

    public PeerBookFile(ConfigFolder folders) {
        this(folders, TrustedFolder.PATIENCE);
    }

    /** @param patience how long a change waits for another one that is under way */
    PeerBookFile(ConfigFolder folders, Duration patience) {
        this.folders = folders;
        this.patience = patience;
    }

    /** What becomes of a book; refuses by throwing, and then nothing is changed. */
    public interface Change {
        PeerBook of(PeerBook book) throws RunFailure;
    }

    /**
     * The book as it is now; empty if there is no file.
     *
     * @throws RunFailure NOT_TRUSTED if others could have changed the file; USAGE if it cannot be understood;
     *     ROOT_UNUSABLE
     */
    public PeerBook read() throws RunFailure {
        try (TrustedFolder folder = TrustedFolder.open(folders.config())) {
            return folder == null ? PeerBook.EMPTY : text(folder).book();
        } catch (IOException e) {
            throw TrustedFolder.unusable(WHAT, e);
        }
    }

    /**
     * Changes the book, durably, and returns what it then is.
     *
     * @throws RunFailure as {@link #read}, and what the change throws; TARGET_LOCKED if another change takes too long
     */
    public PeerBook update(Change change) throws RunFailure {
        try (TrustedFolder folder = TrustedFolder.openOrCreate(folders.config())) {
            Closeable lock = folder.lock(WHAT, LOCK, patience);
            try {
                return update(folder, change);
            } finally {
                lock.close();
            }
        } catch (IOException e) {
            throw TrustedFolder.unusable(WHAT, e);
        }
    }

    private static PeerBook update(TrustedFolder folder, Change change) throws IOException, RunFailure {
        PeerBookText text = text(folder);
        PeerBook before = text.book();
        PeerBook after = change.of(before);
        if (!after.equals(before)) {
            byte[] bytes = text.showing(after).bytes();
            if (bytes.length > PeerBookText.MAX_LENGTH) {
                throw new RunFailure(
                        FailureKind.USAGE,
                        WHAT + ": it would have " + bytes.length + " bytes, at most " + PeerBookText.MAX_LENGTH + " ("
                                + folder.pathOf(NAME) + ")",
                        "remove peers or grants that nobody needs",
                        null);
            }
            folder.replace(NAME, bytes);
        }
        return after;
    }

    private static PeerBookText text(TrustedFolder folder) throws IOException, RunFailure {
        byte[] bytes = folder.read(WHAT, NAME, PeerBookText.MAX_LENGTH, TrustedFolder.WRITABLE_BY_OTHERS);
        return bytes == null ? PeerBookText.EMPTY : PeerBookText.parse(bytes, folder.pathOf(NAME));
    }
}
