package io.zsync.node.replica;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zsync.node.fs.Errno;
import io.zsync.protocol.Digest;
import io.zsync.protocol.Durability;
import io.zsync.protocol.Entry;
import io.zsync.protocol.Limits;
import io.zsync.protocol.Message;
import io.zsync.protocol.PeerId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What an earlier run has left of a large file: it is gone on with, kept for later, or removed. */
@Timeout(20)
class ResumedFileTest extends ApplierFixture {
    @BeforeEach
    void note(@TempDir Path state) throws IOException {
        place = JournalPlace.local(state.resolve("state"));
    }

    /** The journal of a target does not stay for the sake of what is gone. */
    @Test
    void forgetsWhatOfAnotherPeersWorkItRemoves() throws Exception {
        Fetch first = beginLarge(Durability.NONE);
        first.claim(1, 0, 1_000, parent()).verified();
        breakOff();
        assertEquals(1, journals());

        byte[] other = new byte[Digest.LENGTH];
        other[0] = 1;
        place = new JournalPlace(Objects.requireNonNull(place).folder(), new PeerId(Digest.of(other)));
        begin(Durability.NONE);
        assertEquals(0, staged());
        breakOff();
        assertEquals(0, journals());
    }

    private long journals() throws IOException {
        try (var files = Files.list(Objects.requireNonNull(place).folder())) {
            return files.filter(file -> file.getFileName().toString().startsWith("resume-"))
                    .count();
        }
    }

    /** An error between the two runs would be told to no sync of all. */
    @Test
    void forcesByItselfWhatItGoesOnWith() throws Exception {
        long size = Limits.RESUMED_LENGTH;
        List<String> calls = Collections.synchronizedList(new ArrayList<>());
        Fetch first = beginLarge(Durability.BATCH);
        first.claim(1, 0, size / 2, parent()).verified();
        breakOff();
        assertEquals(1, staged());

        fault = (call, arguments) -> {
            if (List.of("syncfs", "file.sync", "rename").contains(call)) {
                calls.add(call);
            }
        };
        begin(Durability.BATCH);
        Fetch second = fetchLarge();
        assertEquals(
                new Message.Resume(1, identity(size), List.of(new Message.Range(size / 2, size / 2))), second.wish());
        second.claim(1, size / 2, size / 2, parent()).verified();
        second.confirmed(1, identity(size));
        await().until(() -> content.ended.equals(List.of("a done")));

        assertEquals(List.of("file.sync", "rename"), calls);
    }

    /** The error may be of that, and no later run would be told. */
    @Test
    void doesNotGoOnWithWhatWasOnlyWrittenWhenASyncFailed() throws Exception {
        long size = Limits.RESUMED_LENGTH;
        AtomicInteger syncs = new AtomicInteger();
        fault = (call, arguments) -> {
            if (call.equals("syncfs") && syncs.incrementAndGet() == 1) {
                throw failure(Errno.IO);
            }
        };
        Fetch first = beginLarge(Durability.BATCH);
        first.claim(1, 0, size / 2, parent()).verified();
        apply("link", new Entry.Symlink(META, new byte[] {'x'}));
        await().until(() -> syncs.get() == 1);
        breakOff();

        begin(Durability.BATCH);
        assertEquals(new Message.Want(1, 1, 0, size), fetchLarge().wish());
        assertEquals(0, staged());
    }

    /** Its blocks are its own: on a full disk nothing fits better than the rest of it. */
    @Test
    void goesOnOnAFullDiskWithWhatHasItsBlocks() throws Exception {
        int size = (int) Limits.RESUMED_LENGTH;
        leaveHalfOf("b", size);

        beginOnAFullDisk();
        Fetch second = fetch("b", size);
        assertEquals(
                new Message.Resume(2, identity(size), List.of(new Message.Range(size / 2, size / 2))), second.wish());
        second.claim(1, size / 2, size / 2, parent()).verified();
        second.confirmed(1, identity(size));
        apply("c", file(size));
        assertEquals(List.of("a TARGET_FAILED", "c TARGET_FAILED"), problems, "a fresh one does not fit");
        assertEquals(1, finish().created());
        assertEquals(0, staged());
    }

    /** It is not asked for now; another run may find room. */
    @Test
    void keepsOnAFullDiskWhatHasNoBlocks() throws Exception {
        int size = (int) Limits.RESUMED_LENGTH;
        content.reserves = false;
        leaveHalfOf("b", size);

        beginOnAFullDisk();
        apply("b", file(size));
        assertEquals(List.of("a TARGET_FAILED", "b TARGET_FAILED"), problems);
        assertEquals(0, finish().created());
        applier().close();
        assertEquals(1, staged());
        assertFalse(isAnyStagedOpen());

        roomBytes = Long.MAX_VALUE;
        entries = 0;
        begin(Durability.NONE);
        assertTrue(fetch("b", size).wish() instanceof Message.Resume);
        breakOff();
    }

    /** What was damaged on the wire may come as a hole the next time, of which nothing is written. */
    @Test
    void whatIsNotKnownOfASparseFileIsNothing() throws Exception {
        int size = (int) Limits.RESUMED_LENGTH;
        Fetch first = beginLarge(Durability.NONE);
        send(first, 1, 0, 5_000, 1);
        RangeClaim broken = first.claim(1, size / 2, 100_000, parent());
        broken.write(bytes(100_000, 9), size / 2);
        broken.abandoned();
        breakOff();

        begin(Durability.NONE);
        Fetch second = fetchLarge();
        second.claim(1, 5_000, size - 5_000, parent()).verified();
        second.confirmed(1, identity(size));
        assertEquals(1, finish().created());
        byte[] found = Files.readAllBytes(target.resolve("a"));
        byte[] expected = new byte[size];
        Arrays.fill(expected, 0, 5_000, (byte) 1);
        assertEquals(-1, Arrays.mismatch(expected, found));
    }

    @Test
    void aSparseFileStartsOverWhereNoHoleCanBeMade() throws Exception {
        Fetch first = beginLarge(Durability.NONE);
        send(first, 1, 0, 5_000, 1);
        breakOff();
        fault = (call, arguments) -> {
            if (call.equals("file.makeHole")) {
                throw failure(Errno.OPNOTSUPP);
            }
        };

        begin(Durability.NONE);
        assertEquals(
                new Message.Want(1, 1, 0, Limits.RESUMED_LENGTH), fetchLarge().wish());
        assertEquals(0, staged());
        breakOff();
    }

    private void leaveHalfOf(String name, int size) throws Exception {
        begin(Durability.NONE);
        Fetch first = fetch(name, size);
        first.opened(1, identity(size));
        first.claim(1, 0, size / 2, parent()).verified();
        breakOff();
        assertEquals(1, staged());
    }

    /** Which it finds at its first file, "a". */
    private void beginOnAFullDisk() throws Exception {
        roomBytes = 2 << 20;
        begin(Durability.NONE);
        RangeClaim refused = fetch("a", LENGTH).claim(1, 0, LENGTH, parent());
        refused.failed(failure(Errno.NOSPC));
        refused.abandoned();
        await().until(() -> content.ended.equals(List.of("a TARGET_FAILED")));
    }

    private Fetch beginLarge(Durability durability) throws Exception {
        begin(durability);
        Fetch begun = fetchLarge();
        begun.opened(1, identity(Limits.RESUMED_LENGTH));
        return begun;
    }

    private Fetch fetchLarge() throws Exception {
        apply("a", new Entry.RegularFile(META, Limits.RESUMED_LENGTH, true));
        return content.wanted.getLast();
    }

    /** The run ends in the middle, and another one may begin. */
    private void breakOff() throws Exception {
        applier().end();
        publisher.join();
        applier().abandon();
        applier().close();
        entries = 0;
        content.forget();
    }

    private boolean isAnyStagedOpen() throws IOException {
        try (var descriptors = Files.list(Path.of("/proc/self/fd"))) {
            for (Path descriptor : descriptors.toList()) {
                if (Files.isSymbolicLink(descriptor)
                        && Files.readSymbolicLink(descriptor).toString().startsWith(target + "/.zsync-")) {
                    return true;
                }
            }
            return false;
        }
    }
}
