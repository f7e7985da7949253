package io.zsync.node;

import static io.zsync.node.TreeAssert.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.zsync.node.api.FailureKind;
import io.zsync.node.api.RunFailure;
import io.zsync.protocol.Comparison;
import io.zsync.protocol.Deletion;
import io.zsync.protocol.Mode;
import io.zsync.protocol.RelativePath;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files as long as a file system in memory can have them, which is longer than any that is replicated. */
class FileLengthTest extends PushFixture {
    private static final Path MEMORY = Path.of("/dev/shm");

    private Path memory;

    @BeforeEach
    void beginInMemory() throws IOException {
        assumeTrue(Files.isWritable(MEMORY), "a tmpfs");
        memory = Files.createTempDirectory(MEMORY, "zsync");
        source = Files.createDirectory(memory.resolve("source"));
        target = memory.resolve("target");
    }

    @AfterEach
    void clearMemory() throws IOException, InterruptedException {
        run("rm", "-r", memory.toString());
    }

    private static void longest(Path path) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
            file.setLength(Long.MAX_VALUE);
        }
    }

    @ParameterizedTest
    @CsvSource({"true, PUSH, false", "true, PUSH, true", "false, PUSH, false", "false, PUSH, true", "false, PULL, false"
    })
    void oneThatIsTooLongCostsItselfAlone(boolean isLocal, Mode direction, boolean checksum) throws IOException {
        local = isLocal;
        mode = direction;
        comparison = new Comparison(checksum, false);
        file("a/x", 100);
        longest(source.resolve("b"));
        file("c/x", 100);
        assertEquals(1, push().tally().failed());
        assertEquals(List.of("b SOURCE_UNREADABLE"), problems());
        assertThat(target.resolve("a")).mirrors(source.resolve("a"));
        assertThat(target.resolve("c")).mirrors(source.resolve("c"));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void oneOfTheTargetsIsReplacedAndRemovedLikeAnyOther(boolean isLocal) throws IOException {
        local = isLocal;
        deletion = new Deletion(true, Deletion.Limit.DEFAULT, RelativePath.ROOT);
        file("a", 100);
        Files.createDirectory(target);
        longest(target.resolve("a"));
        longest(target.resolve("b"));
        dryRun = true;
        push();
        dryRun = false;
        push();
        assertEquals(List.of(), problems());
        assertThat(target).mirrors(source);
    }

    @Test
    void oneAloneThatIsTooLongSaysSo() throws IOException {
        local = true;
        source = source.resolve("a");
        longest(source);
        RunFailure failure = pushFails();
        assertEquals("statx: 9223372036854775807 bytes, at most 9223372036846387199 (a)", failure.getMessage());
        assertEquals(FailureKind.ROOT_UNUSABLE, failure.kind());
    }
}
