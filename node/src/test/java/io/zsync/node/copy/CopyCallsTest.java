package io.zsync.node.copy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.zsync.protocol.DataPath;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the kernel is asked to do by each data path: the call that it is named after, and no other that moves bytes. */
class CopyCallsTest {
    /** Every call that may bring bytes into a file, or change one. */
    private static final String CALLS = "trace=ioctl,copy_file_range,sendfile,splice,?tee,?vmsplice,?io_uring_enter,"
            + "write,pwrite64,writev,pwritev,?pwritev2,ftruncate,fallocate,mmap,read,pread64,readv,preadv,?preadv2";

    private static final Pattern CALL = Pattern.compile("\\d+ +(\\w+)\\((.*)\\) += (-?\\d+|0x[0-9a-f]+)(?: .*)?");

    @TempDir
    Path temp;

    @BeforeEach
    void needsStrace() throws Exception {
        assumeTrue(traces(), "there is no strace, or it may not trace");
    }

    private static boolean traces() throws InterruptedException {
        try {
            return new ProcessBuilder("strace", "-qq", "-o", "/dev/null", "true")
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException missing) {
            return false;
        }
    }

    @Test
    void copyRangeAsksForCopyFileRangeAlone() throws Exception {
        assertEquals("{copy_file_range=" + CopyProgram.LENGTH + "}", calls(DataPath.COPY_RANGE, temp, temp));
    }

    @Test
    void sendfileAsksForSendfileAloneAlsoWithinOneFileSystem() throws Exception {
        assertEquals("{sendfile=" + CopyProgram.LENGTH + "}", calls(DataPath.SENDFILE, temp, temp));
    }

    @Test
    void sendfileCrossesFileSystems() throws Exception {
        Path other = Path.of("/dev/shm");
        assumeTrue(Files.isWritable(other), "/dev/shm may be written");
        assumeTrue(!Files.getFileStore(other).equals(Files.getFileStore(temp)), "/dev/shm is another file system");
        Path folder = Files.createTempDirectory(other, "zsync-test");
        try {
            assertEquals("{sendfile=" + CopyProgram.LENGTH + "}", calls(DataPath.SENDFILE, temp, folder));
        } finally {
            Files.deleteIfExists(folder.resolve("target"));
            Files.delete(folder);
        }
    }

    @Test
    void mappedMapsTheSourceAndWrites() throws Exception {
        assertEquals(
                "{mmap source, pwrite64=" + CopyProgram.LENGTH + "}",
                calls(DataPath.MAPPED, temp, temp).replaceFirst("mmap=\\d+", "mmap source"));
    }

    @Test
    void bufferedReadsAndWrites() throws Exception {
        assertEquals(
                "{pread64=" + CopyProgram.LENGTH + ", pwrite64=" + CopyProgram.LENGTH + "}",
                calls(DataPath.BUFFERED, temp, temp));
    }

    @Test
    void cloneAsksForFicloneRangeAlone() throws Exception {
        Path trace = temp.resolve("trace");
        String said = run(trace, DataPath.CLONE, temp, temp);

        List<String> ioctls = movingCalls(trace).stream().map(Matcher::group).toList();
        assertEquals(1, ioctls.size(), ioctls::toString);
        String call = ioctls.getFirst();
        assertTrue(call.contains("FICLONERANGE, {src_fd="), call);
        assertTrue(call.contains("src_offset=0, src_length=" + CopyProgram.LENGTH + ", dest_offset=0}"), call);
        assertTrue(
                said.equals(call.endsWith("= 0") ? "true" : "data path clone is refused here: Operation not supported"),
                () -> said + " but " + call);
    }

    /** The sums that each call on the target, or on the source once it is complete, has returned, by its name. */
    private String calls(DataPath path, Path source, Path target) throws Exception {
        Path trace = temp.resolve("trace");
        String said = run(trace, path, source, target);
        assertEquals("Copied[length=" + CopyProgram.LENGTH + ", path=" + path + ", choice=FORCED]", said);
        TreeMap<String, Long> sums = new TreeMap<>();
        for (Matcher call : movingCalls(trace)) {
            sums.merge(call.group(1), call.group(1).equals("mmap") ? 1 : Long.parseLong(call.group(3)), Long::sum);
        }
        return sums.toString();
    }

    /** All but the writes that make the source. */
    private static List<Matcher> movingCalls(Path trace) throws IOException {
        return whole(Files.readAllLines(trace)).stream()
                .map(CALL::matcher)
                .filter(Matcher::matches)
                .filter(call -> call.group(2).contains("/target>")
                        || (call.group(2).contains("/source>") && !call.group(1).equals("pwrite64")))
                .toList();
    }

    /** Puts together what another thread's line cut in two. */
    private static List<String> whole(List<String> lines) {
        Map<String, String> begun = new HashMap<>();
        List<String> whole = new ArrayList<>();
        for (String line : lines) {
            String thread = line.substring(0, line.indexOf(' '));
            if (line.endsWith(" <unfinished ...>")) {
                begun.put(thread, line.substring(0, line.lastIndexOf(" <")));
            } else if (line.contains("<... ")) {
                whole.add(begun.remove(thread) + line.substring(line.indexOf(" resumed>") + 9));
            } else {
                whole.add(line);
            }
        }
        return whole;
    }

    private static String run(Path trace, DataPath path, Path source, Path target) throws Exception {
        Process process = new ProcessBuilder(
                        "strace",
                        "-f",
                        "-qq",
                        "-y",
                        "-o",
                        trace.toString(),
                        "-e",
                        CALLS,
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        CopyProgram.class.getName(),
                        path.name(),
                        source.toString(),
                        target.toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), said);
        return said.strip();
    }
}
