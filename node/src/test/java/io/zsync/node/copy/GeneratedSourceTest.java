package io.zsync.node.copy;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.zsync.node.fs.Directory;
import io.zsync.node.fs.LinuxRoot;
import io.zsync.node.fs.OpenFile;
import io.zsync.protocol.DataPath;
import io.zsync.protocol.Name;
import io.zsync.protocol.RelativePath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Sources whose size says nothing, as in {@code /proc}: the kernel's own calls may find them empty, and must not be believed. */
class GeneratedSourceTest {
    private static final Path PROC = Path.of("/proc");
    private static final int MORE_THAN_ANY = 64 << 20;

    @TempDir
    Path temp;

    static List<DataPath> everyPath() {
        return RangeCopierTest.everyPath();
    }

    @Test
    void isCopiedToItsEnd() throws Exception {
        byte[] content = content("filesystems");

        assertEquals(content.length, copy("filesystems", null).length());
        assertArrayEquals(content, Files.readAllBytes(temp.resolve("target")));
    }

    /** Longer than what a generated file shows in one read. */
    @Test
    void isCopiedToItsEndHoweverLong() throws Exception {
        byte[] content = content("kallsyms");
        assumeTrue(content.length > 1 << 20, "the kernel shows its symbols");

        assertEquals(content.length, copy("kallsyms", null).length());
        assertArrayEquals(content, Files.readAllBytes(temp.resolve("target")));
    }

    @ParameterizedTest
    @MethodSource("everyPath")
    void isCopiedWholeOrRefused(DataPath path) throws Exception {
        byte[] content = content("filesystems");
        boolean copied = true;
        try {
            assertEquals(content.length, copy("filesystems", path).length());
        } catch (PathRefused refused) {
            copied = false;
        }
        assertArrayEquals(copied ? content : new byte[0], Files.readAllBytes(temp.resolve("target")));
        assertTrue(copied || path != DataPath.BUFFERED, "plain reads and writes always serve");
    }

    private static byte[] content(String name) throws IOException {
        Path file = PROC.resolve(name);
        assumeTrue(Files.isReadable(file), file + " is not there");
        assertEquals(0, Files.size(file));
        return Files.readAllBytes(file);
    }

    private Copied copy(String name, @Nullable DataPath path) throws Exception {
        try (LinuxRoot from = LinuxRoot.open(PROC);
                LinuxRoot to = LinuxRoot.open(temp);
                Directory sources = from.directory(RelativePath.ROOT);
                Directory targets = to.directory(RelativePath.ROOT);
                OpenFile source = sources.open(Name.of(name));
                OpenFile target = targets.create(FilePair.TARGET);
                RangeCopier copier = new RangeCopier(new PathMemory(), path, new PathCounters(), Throttle.OPEN)) {
            Devices devices = new Devices(source.stat().device(), target.stat().device());
            return copier.copy(source, target, devices, 0, MORE_THAN_ANY);
        }
    }
}
