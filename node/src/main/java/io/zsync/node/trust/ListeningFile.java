package io.zsync.node.trust;

import io.zsync.node.api.Endpoint;
import io.zsync.node.api.FailureKind;
import io.zsync.node.api.RunFailure;
import io.zsync.protocol.Name;
import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * The file {@code listening} of the state folder: where this user's node listens, or did so last, for other processes that
 * have to tell it. Nothing is believed because of it: who connects there expects a key. For any thread.
 */
public final class ListeningFile {
    private static final Name NAME = Name.of("listening");
    private static final Name LOCK = Name.of("listening.lock");
    private static final String WHAT = "listening address";
    private static final int MAX_LENGTH = 512;

    private final ConfigFolder folders;

    public ListeningFile(ConfigFolder folders) {
        this.folders = folders;
    }

    /** @throws RunFailure NOT_TRUSTED, USAGE or ROOT_UNUSABLE if there is one that cannot be used */
    public Optional<Endpoint> read() throws RunFailure {
        try (TrustedFolder folder = TrustedFolder.open(folders.state())) {
            if (folder == null) {
                return Optional.empty();
            }
            byte[] bytes = folder.read(WHAT, NAME, MAX_LENGTH, TrustedFolder.WRITABLE_BY_OTHERS);
            return bytes == null ? Optional.empty() : Optional.of(parse(bytes, folder.pathOf(NAME)));
        } catch (IOException e) {
            throw TrustedFolder.unusable(WHAT, e);
        }
    }

    private static Endpoint parse(byte[] bytes, String path) throws RunFailure {
        try {
            return Endpoint.parse(new String(bytes, StandardCharsets.ISO_8859_1).stripTrailing());
        } catch (IllegalArgumentException e) {
            throw new RunFailure(
                    FailureKind.USAGE,
                    WHAT + ": " + e.getMessage() + " (" + path + ")",
                    "start zsync serve again, which writes it anew",
                    null);
        }
    }

    /** @throws RunFailure if that is not possible */
    public void write(Endpoint endpoint) throws RunFailure {
        try (TrustedFolder folder = TrustedFolder.openOrCreate(folders.state())) {
            Closeable lock = folder.lock(WHAT, LOCK, TrustedFolder.PATIENCE);
            try {
                folder.replace(NAME, (endpoint + "\n").getBytes(StandardCharsets.US_ASCII));
            } finally {
                lock.close();
            }
        } catch (IOException e) {
            throw TrustedFolder.unusable(WHAT, e);
        }
    }
}
