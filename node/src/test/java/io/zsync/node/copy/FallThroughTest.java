package io.zsync.node.copy;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zsync.node.fs.Errno;
import io.zsync.node.fs.FileFailure;
import io.zsync.node.fs.OpenFile;
import io.zsync.protocol.DataPath;
import io.zsync.protocol.PathChoice;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What follows when a data path gives up: who goes on, from where, what is remembered, and what is a failure. */
class FallThroughTest {
    private static final int LENGTH = 300_000;
    private static final Devices OTHERS = new Devices(-1, -2);

    @TempDir
    Path temp;

    private final byte[] content = FilePair.bytes(LENGTH);
    private final PathMemory memory = new PathMemory();
    private final PathCounters counters = new PathCounters();
    private final List<String> calls = new ArrayList<>();
    private FilePair pair;

    @BeforeEach
    void plant() throws IOException {
        pair = FilePair.in(temp, content);
    }

    @AfterEach
    void uproot() throws IOException {
        pair.close();
    }

    @Test
    void theKernelIsAskedFirst() throws Exception {
        assertEquals(new Copied(LENGTH, DataPath.COPY_RANGE, PathChoice.KERNEL_COPIES), copy(pair.target));
        assertArrayEquals(content, pair.targetContent());
    }

    @Test
    void sendfileGoesOnWhereCopyRangeCannot() throws Exception {
        OpenFile target = ScriptedFile.failing(pair.target, "copyRange", Errno.XDEV);

        assertEquals(new Copied(LENGTH, DataPath.SENDFILE, PathChoice.KERNEL_SPLICES), copy(target));
        assertArrayEquals(content, pair.targetContent());
    }

    @Test
    void aMappedWindowGoesOnWhereTheKernelRefuses() throws Exception {
        OpenFile target = ScriptedFile.failing(
                ScriptedFile.failing(pair.target, "copyRange", Errno.XDEV), "sendFile", Errno.INVAL);

        assertEquals(new Copied(LENGTH, DataPath.MAPPED, PathChoice.KERNEL_REFUSED), copy(target));
        assertArrayEquals(content, pair.targetContent());
    }

    @Test
    void readsAndWritesGoOnWhereNothingElseServes() throws Exception {
        OpenFile source = ScriptedFile.failing(pair.source, "channel", Errno.ACCES);
        OpenFile target = refusingTheKernel();

        assertEquals(
                new Copied(LENGTH, DataPath.BUFFERED, PathChoice.KERNEL_REFUSED), copy(source, target, pair.devices));
        assertArrayEquals(content, pair.targetContent());
    }

    @Test
    void eachGoesOnFromTheByteThatWasReached() throws Exception {
        OpenFile target = ScriptedFile.of(pair.target, (call, arguments) -> switch (call) {
            case "copyRange" -> partly(arguments, 100_000);
            case "sendFile" -> partly(arguments, 200_000);
            default -> null;
        });

        assertEquals(new Copied(LENGTH, DataPath.MAPPED, PathChoice.KERNEL_REFUSED), copy(target));
        assertArrayEquals(content, pair.targetContent());
        assertEquals(100_000, counters.bytes(DataPath.COPY_RANGE));
        assertEquals(100_000, counters.bytes(DataPath.SENDFILE));
        assertEquals(100_000, counters.bytes(DataPath.MAPPED));
    }

    /** Copies to the border, and refuses from there on. */
    private long partly(Object[] arguments, long border) throws IOException {
        long offset = (long) arguments[1];
        if (offset >= border) {
            throw ScriptedFile.failure("half way", Errno.INVAL);
        }
        return pair.target.copyRange(pair.source, offset, border - offset);
    }

    /** As when a file shrinks under its map: the kernel has written some of it when it meets the end. */
    @Test
    void whatWasWrittenOfAMappedWindowCounts() throws Exception {
        OpenFile target = ScriptedFile.of(refusingTheKernel(), (call, arguments) -> {
            if (!call.equals("write") || calls.size() == 2) {
                return null;
            }
            calls.add(call);
            if (calls.size() == 1) {
                ByteBuffer window = (ByteBuffer) arguments[0];
                pair.target.write(window.limit(100_000), (long) arguments[1]);
            }
            throw ScriptedFile.failure(call, Errno.FAULT);
        });

        assertEquals(new Copied(LENGTH, DataPath.BUFFERED, PathChoice.KERNEL_REFUSED), copy(target));
        assertArrayEquals(content, pair.targetContent());
        assertEquals(100_000, counters.bytes(DataPath.MAPPED));
        assertEquals(LENGTH - 100_000, counters.bytes(DataPath.BUFFERED));
    }

    /** As files in {@code /proc} look to the kernel's calls, and as some network file systems answered. */
    @Test
    void aZeroBeforeTheSourcesEndIsARefusal() throws Exception {
        OpenFile target = ScriptedFile.of(
                pair.target, (call, arguments) -> call.equals("copyRange") || call.equals("sendFile") ? 0L : null);

        assertEquals(new Copied(LENGTH, DataPath.MAPPED, PathChoice.KERNEL_REFUSED), copy(target));
        assertArrayEquals(content, pair.targetContent());
        assertEquals(Optional.empty(), memory.refusal(pair.devices, DataPath.COPY_RANGE));
    }

    @Test
    void aZeroBeforeTheSourcesEndIsARefusalOfTheOnlyPathToo() {
        OpenFile target = ScriptedFile.of(pair.target, (call, arguments) -> call.equals("copyRange") ? 0L : null);

        PathRefused refused = assertThrows(PathRefused.class, () -> copyOnly(DataPath.COPY_RANGE, target));

        assertEquals(
                "data path copy-range is refused here: it moved nothing, though the source goes on",
                refused.getMessage());
    }

    @Test
    void aPairOfDevicesIsNotAskedAgainForWhatItRefused() throws Exception {
        OpenFile target = watched(refusingTheKernel());

        copy(target);
        copy(target);
        copy(pair.source, target, OTHERS);

        assertEquals(List.of("copyRange", "sendFile", "write", "write", "copyRange", "sendFile", "write"), calls);
        assertEquals(Optional.of("xdev"), memory.refusal(pair.devices, DataPath.COPY_RANGE));
        assertEquals(Optional.of("nosys"), memory.refusal(pair.devices, DataPath.SENDFILE));
        assertEquals(Optional.empty(), memory.refusal(pair.devices, DataPath.MAPPED));
    }

    @Test
    void theOnlyPathIsRefusedAtOnceWhereItWasRefusedBefore() throws Exception {
        copy(refusingTheKernel());

        PathRefused refused = assertThrows(PathRefused.class, () -> copyOnly(DataPath.SENDFILE, watched(pair.target)));

        assertEquals(DataPath.SENDFILE, refused.path());
        assertEquals("nosys", refused.reason());
        assertEquals(List.of(), calls);
    }

    @ParameterizedTest
    @EnumSource(
            value = Errno.class,
            names = {"INVAL", "TXTBSY", "PERM", "OVERFLOW", "IO", "OTHER"})
    void anErrorOfOneFileIsNotHeldAgainstTheNext(Errno errno) throws Exception {
        OpenFile target = watched(ScriptedFile.failing(pair.target, "copyRange", errno));

        assertEquals(DataPath.SENDFILE, copy(target).path());
        assertEquals(DataPath.SENDFILE, copy(target).path());

        assertEquals(List.of("copyRange", "sendFile", "copyRange", "sendFile"), calls);
        assertEquals(Optional.empty(), memory.refusal(pair.devices, DataPath.COPY_RANGE));
    }

    @ParameterizedTest
    @EnumSource(
            value = Errno.class,
            names = {"NOSPC", "DQUOT", "FBIG"})
    void aFullTargetFailsAtOnceWhoeverSaysIt(Errno errno) {
        for (String call : List.of("copyRange", "sendFile", "write")) {
            calls.clear();
            OpenFile target = watched(ScriptedFile.failing(refusingAllBefore(call), call, errno));

            FileFailure failure = assertThrows(FileFailure.class, () -> copy(pair.source, target, OTHERS));

            assertEquals(errno, failure.errno());
            assertEquals(call, calls.getLast());
        }
    }

    private OpenFile refusingAllBefore(String call) {
        return ScriptedFile.of(pair.target, (name, arguments) -> {
            boolean before = call.equals("write") ? !name.equals("write") : name.equals("copyRange");
            if (before && !name.equals(call)) {
                throw ScriptedFile.failure(name, Errno.INVAL);
            }
            return null;
        });
    }

    @Test
    void aSourceThatCannotBeReadIsSaidToBeSo() {
        FileFailure broken = ScriptedFile.failure("pread", Errno.IO);
        OpenFile source = ScriptedFile.of(pair.source, (call, arguments) -> {
            throw broken;
        });

        SourceUnreadable failure = assertThrows(
                SourceUnreadable.class,
                () -> copy(source, ScriptedFile.failing(refusingTheKernel(), "write", Errno.IO), OTHERS));

        assertSame(broken, failure.getCause());
        assertEquals("pread /scripted: io", failure.getMessage());
    }

    @Test
    void aTargetThatCannotBeWrittenIsSaidToBeSo() {
        OpenFile target = ScriptedFile.failing(refusingTheKernel(), "write", Errno.IO);

        FileFailure failure = assertThrows(FileFailure.class, () -> copy(target));

        assertEquals("write", failure.operation());
    }

    @Test
    void whetherTheSourceEndsIsAskedOfThePlainRead() {
        OpenFile source = ScriptedFile.failing(pair.source, "read", Errno.IO);
        OpenFile target = ScriptedFile.of(pair.target, (call, arguments) -> call.equals("copyRange") ? 0L : null);

        assertThrows(SourceUnreadable.class, () -> copy(source, target, pair.devices));
    }

    /** It may grow again a moment after it was read to its end. */
    @Test
    void thePlainReadIsNotAskedTwice() throws Exception {
        OpenFile source = ScriptedFile.of(pair.source, (call, arguments) -> {
            calls.add(call);
            return call.equals("read") && Collections.frequency(calls, "read") == 1 ? 0 : null;
        });
        try (RangeCopier copier = copier(DataPath.BUFFERED)) {
            assertEquals(
                    new Copied(0, DataPath.BUFFERED, PathChoice.FORCED),
                    copier.copy(source, pair.target, pair.devices, 0, LENGTH));
        }
    }

    @Test
    void whatCannotBeClonedIsToBeCopied() throws Exception {
        OpenFile target = watched(ScriptedFile.failing(pair.target, "cloneRange", Errno.OPNOTSUPP));
        try (RangeCopier copier = copier(null)) {
            assertTrue(copier.mayClone(pair.devices));
            assertFalse(copier.clone(pair.source, target, pair.devices, 0, LENGTH));
            assertFalse(copier.mayClone(pair.devices));
            assertFalse(copier.clone(pair.source, target, pair.devices, 0, LENGTH));
            assertTrue(copier.mayClone(OTHERS));
        }
        assertEquals(List.of("cloneRange"), calls);
        assertEquals(Optional.of("opnotsupp"), memory.refusal(pair.devices, DataPath.CLONE));
        assertEquals(0, counters.total());
    }

    @Test
    void aFileThatCannotBeClonedSaysNothingOfTheNext() throws Exception {
        try (RangeCopier copier = copier(null)) {
            OpenFile target = ScriptedFile.failing(pair.target, "cloneRange", Errno.INVAL);
            assertFalse(copier.clone(pair.source, target, pair.devices, 0, LENGTH));
            assertTrue(copier.mayClone(pair.devices));
        }
    }

    @Test
    void aFullTargetIsNoReasonToCopyWhatWasToBeCloned() throws Exception {
        try (RangeCopier copier = copier(null)) {
            OpenFile target = ScriptedFile.failing(pair.target, "cloneRange", Errno.NOSPC);
            FileFailure failure =
                    assertThrows(FileFailure.class, () -> copier.clone(pair.source, target, pair.devices, 0, LENGTH));
            assertEquals(Errno.NOSPC, failure.errno());
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Errno.class,
            names = {"OPNOTSUPP", "INVAL"})
    void cloningAsTheOnlyPathIsRefused(Errno errno) throws Exception {
        OpenFile target = watched(ScriptedFile.failing(pair.target, "cloneRange", errno));
        try (RangeCopier copier = copier(DataPath.CLONE)) {
            assertTrue(copier.mayClone(pair.devices));
            PathRefused refused =
                    assertThrows(PathRefused.class, () -> copier.clone(pair.source, target, pair.devices, 0, LENGTH));
            assertEquals(DataPath.CLONE, refused.path());
            assertThrows(PathRefused.class, () -> copier.copy(pair.source, target, pair.devices, 0, LENGTH));
            assertEquals(List.of("cloneRange"), calls, "and nothing else was tried");
        }
    }

    @Test
    void nobodyClonesWhereAnotherPathWasAskedFor() throws Exception {
        try (RangeCopier copier = copier(DataPath.SENDFILE)) {
            assertFalse(copier.mayClone(pair.devices));
            assertFalse(copier.clone(pair.source, watched(pair.target), pair.devices, 0, LENGTH));
        }
        assertEquals(List.of(), calls);
    }

    @Test
    void whatIsClonedGoesInPiecesThatEndAtWholeGibibytes() throws Exception {
        long gibibyte = 1L << 30;
        List<String> pieces = new ArrayList<>();
        OpenFile target = ScriptedFile.of(pair.target, (call, arguments) -> {
            pieces.add(call + " " + arguments[1] + " " + arguments[2]);
            return true;
        });
        try (RangeCopier copier = copier(null)) {
            assertTrue(copier.clone(pair.source, target, pair.devices, 4_096, 2 * gibibyte));
            assertTrue(copier.clone(pair.source, target, pair.devices, 77, 0));
        }
        assertEquals(
                List.of(
                        "cloneRange 4096 " + (gibibyte - 4_096),
                        "cloneRange " + gibibyte + " " + gibibyte,
                        "cloneRange " + 2 * gibibyte + " 4096"),
                pieces);
        assertEquals(2 * gibibyte, counters.bytes(DataPath.CLONE));
    }

    @Test
    void whatWasGrantedAndNotUsedIsNotAskedForAgain() throws Exception {
        List<Integer> awaited = new ArrayList<>();
        OpenFile target = ScriptedFile.of(
                pair.target,
                (call, arguments) -> call.equals("copyRange")
                        ? pair.target.copyRange(pair.source, (long) arguments[1], Math.min(40_000, (long) arguments[2]))
                        : null);
        try (RangeCopier copier = new RangeCopier(memory, null, counters, new Throttle() {
            @Override
            public int portion(int most) {
                return Math.min(100_000, most);
            }

            @Override
            public void await(int bytes) {
                awaited.add(bytes);
            }
        })) {
            copier.copy(pair.source, target, pair.devices, 0, LENGTH);
        }
        assertEquals(List.of(100_000, 100_000, 100_000), awaited);
        assertArrayEquals(content, pair.targetContent());
    }

    private OpenFile refusingTheKernel() {
        return ScriptedFile.failing(
                ScriptedFile.failing(pair.target, "copyRange", Errno.XDEV), "sendFile", Errno.NOSYS);
    }

    private OpenFile watched(OpenFile file) {
        return ScriptedFile.of(file, (call, arguments) -> {
            calls.add(call);
            return null;
        });
    }

    private Copied copy(OpenFile target) throws Exception {
        return copy(pair.source, target, pair.devices);
    }

    private Copied copy(OpenFile source, OpenFile target, Devices devices) throws Exception {
        try (RangeCopier copier = copier(null)) {
            return copier.copy(source, target, devices, 0, LENGTH);
        }
    }

    private void copyOnly(DataPath path, OpenFile target) throws Exception {
        try (RangeCopier copier = copier(path)) {
            copier.copy(pair.source, target, pair.devices, 0, LENGTH);
        }
    }

    private RangeCopier copier(@Nullable DataPath forced) {
        return new RangeCopier(memory, forced, counters, Throttle.OPEN);
    }
}
