package io.zsync.node.trust;

import io.zsync.node.api.FailureKind;
import io.zsync.node.api.RunFailure;
import io.zsync.protocol.InviteId;
import io.zsync.protocol.JoinRequest;
import io.zsync.protocol.Name;
import io.zsync.protocol.Protection;
import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The file {@code invites} of the config folder: a line for each invite that may still be used. An invite leaves it before
 * whoever used it gets anything, and for good: changes go one after another, whatever processes make them, and each is on
 * disk before it counts. For any thread; keeps nothing open and nothing in memory.
 */
public final class InviteFile {
    /** At one time. Who needs more has no use for single invites. */
    public static final int MAX_INVITES = 100;

    private static final Name NAME = Name.of("invites");
    private static final Name LOCK = Name.of("invites.lock");
    private static final String WHAT = "invites";
    private static final String HEADER = "# zsync invites, version 1";
    private static final int MAX_LENGTH = 64 << 10;

    private final ConfigFolder folders;
    private final InstantSource clock;

    /** @param clock the one by which invites expire */
    public InviteFile(ConfigFolder folders, InstantSource clock) {
        this.folders = folders;
        this.clock = clock;
    }

    /** What the peer gets that has used an invite, as its book entry says it. */
    public record Terms(@Nullable Protection protection, List<Grant> grants) {
        public Terms {
            grants = List.copyOf(grants);
        }
    }

    /**
     * Makes an invite good, and forgets those that have expired.
     *
     * @param grant what it lets do here; null for whatever each share allows
     * @throws RunFailure USAGE if there are too many, or the file cannot be understood; NOT_TRUSTED if others could have read
     *     or changed it; TARGET_LOCKED; ROOT_UNUSABLE
     */
    public void add(Invite invite, @Nullable Grant grant) throws RunFailure {
        try (TrustedFolder folder = TrustedFolder.openOrCreate(folders.config())) {
            Closeable lock = folder.lock(WHAT, LOCK, TrustedFolder.PATIENCE);
            try {
                List<OpenInvite> invites = open(folder);
                if (invites.size() >= MAX_INVITES) {
                    throw new RunFailure(
                            FailureKind.USAGE,
                            WHAT + ": " + MAX_INVITES + " wait to be used already (" + folder.pathOf(NAME) + ")",
                            "wait until some expire; or remove the file, and none of them is good any more",
                            null);
                }
                invites.add(OpenInvite.of(invite, grant));
                folder.replace(NAME, bytes(invites));
            } finally {
                lock.close();
            }
        } catch (IOException e) {
            throw TrustedFolder.unusable(WHAT, e);
        }
    }

    /** Whether there is one that may be used now. @throws RunFailure as {@link #add} */
    public boolean isAnyOpen() throws RunFailure {
        return !open().isEmpty();
    }

    private List<OpenInvite> open() throws RunFailure {
        try (TrustedFolder folder = TrustedFolder.open(folders.config())) {
            return folder == null ? List.of() : open(folder);
        } catch (IOException e) {
            throw TrustedFolder.unusable(WHAT, e);
        }
    }

    /**
     * Uses an invite up. Of any number that try at once one gets it. A proof that fails is counted, and the last one that is
     * allowed takes the invite away.
     *
     * @param proof says whether the request was made with this key
     * @return what the invite was good for; empty if there is no such invite, or it was not proved
     * @throws RunFailure as {@link #add}; then the invite is not used up, and nobody has got anything
     */
    public Optional<Terms> redeem(JoinRequest request, Predicate<byte[]> proof) throws RunFailure {
        // Who names no invite there is gets neither the lock nor a write.
        if (open().stream().noneMatch(invite -> invite.id().equals(request.invite()))) {
            return Optional.empty();
        }
        try (TrustedFolder folder = TrustedFolder.openOrCreate(folders.config())) {
            Closeable lock = folder.lock(WHAT, LOCK, TrustedFolder.PATIENCE);
            try {
                return redeem(folder, request, proof);
            } finally {
                lock.close();
            }
        } catch (IOException e) {
            throw TrustedFolder.unusable(WHAT, e);
        }
    }

    private Optional<Terms> redeem(TrustedFolder folder, JoinRequest request, Predicate<byte[]> proof)
            throws IOException, RunFailure {
        List<OpenInvite> invites = open(folder);
        OpenInvite invite = taken(invites, request.invite());
        if (invite == null) {
            return Optional.empty();
        }
        boolean proved = proof.test(invite.key()) && invite.protection() == request.protection();
        if (!proved && !invite.isLastChance()) {
            invites.add(invite.afterAWrongProof());
        }
        folder.replace(NAME, bytes(invites));
        return proved ? Optional.of(terms(invite)) : Optional.empty();
    }

    private static Terms terms(OpenInvite invite) {
        return new Terms(invite.protection(), invite.grant() == null ? List.of() : List.of(invite.grant()));
    }

    private static @Nullable OpenInvite taken(List<OpenInvite> invites, InviteId id) {
        for (OpenInvite invite : invites) {
            if (invite.id().equals(id)) {
                invites.remove(invite);
                return invite;
            }
        }
        return null;
    }

    /** Those that have not expired, in a list that may be changed. */
    private List<OpenInvite> open(TrustedFolder folder) throws IOException, RunFailure {
        byte[] bytes = folder.read(WHAT, NAME, MAX_LENGTH, TrustedFolder.OPEN_TO_OTHERS);
        List<OpenInvite> invites = bytes == null ? new ArrayList<>() : parse(bytes, folder.pathOf(NAME));
        Instant now = clock.instant();
        invites.removeIf(invite -> !invite.isOpen(now));
        return invites;
    }

    /** @param path of the file, for messages */
    static List<OpenInvite> parse(byte[] bytes, String path) throws RunFailure {
        List<OpenInvite> invites = new ArrayList<>();
        String[] lines = new String(bytes, StandardCharsets.ISO_8859_1).split("\n", -1);
        int number = 1;
        try {
            if (!lines[0].equals(HEADER)) {
                throw new IllegalArgumentException("it is not '" + HEADER + "'");
            }
            for (String line : List.of(lines).subList(1, Math.max(1, lines.length - 1))) {
                number++;
                invites.add(OpenInvite.parse(line));
            }
            number = lines.length;
            if (number == 1 || !lines[number - 1].isEmpty()) {
                throw new IllegalArgumentException("it has no end");
            }
        } catch (IllegalArgumentException e) {
            throw new RunFailure(
                    FailureKind.USAGE,
                    WHAT + ": line " + number + ": " + e.getMessage() + " (" + path + ")",
                    "remove the file, and make again what invites are still needed",
                    null);
        }
        return invites;
    }

    /** What {@link #parse} reads. */
    static byte[] bytes(List<OpenInvite> invites) {
        StringBuilder text = new StringBuilder(HEADER).append('\n');
        invites.forEach(invite -> text.append(invite.line()).append('\n'));
        return text.toString().getBytes(StandardCharsets.US_ASCII);
    }
}
