package io.zsync.node;

import static io.zsync.node.TreeAssert.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zsync.node.api.FailureKind;
import io.zsync.node.api.RunReport;
import io.zsync.protocol.Credits;
import io.zsync.protocol.Deletion;
import io.zsync.protocol.Durability;
import io.zsync.protocol.Limits;
import io.zsync.protocol.Mode;
import io.zsync.protocol.RelativePath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Runs that delete, through the facade, both ends in this process. */
class NodeDeletionTest extends PushFixture {
    private static final Deletion DELETE = new Deletion(true, Deletion.Limit.DEFAULT, RelativePath.ROOT);
    private static final int CHUNKED = Limits.SMALL_FILE_LENGTH + 1;

    private void extra(String name) throws IOException {
        Path file = target.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, "extra");
    }

    @ParameterizedTest
    @EnumSource(Mode.class)
    void makesTheTargetHoldNothingElse(Mode wanted) throws IOException {
        mode = wanted;
        deletion = DELETE;
        durability = Durability.BATCH;
        file("a/file", 77);
        file("large", CHUNKED);
        file("way", CHUNKED);
        file("small way", 5);
        Files.createSymbolicLink(source.resolve("link"), Path.of("nowhere"));
        extra("a/extra");
        extra("gone/with/the/wind");
        extra("way/stands/a directory");
        extra("small way/too");
        extra("link/too");
        dryRun = true;
        RunReport dry = push();
        List<String> foreseen = changes();
        assertEquals(9, dry.tally().deleted());
        assertTrue(Files.exists(target.resolve("gone/with/the/wind")));
        dryRun = false;
        RunReport report = push();
        assertEquals(foreseen, changes());
        assertThat(target).mirrors(source);
        assertEquals(9, report.tally().deleted());
        assertEquals(0, report.tally().failed());
        assertTrue(report.tally().durable());
        assertEquals(List.of(), problems());
        assertEquals(0, push().tally().deleted());
        assertEquals(List.of(), changes());
    }

    @ParameterizedTest
    @EnumSource(Mode.class)
    void parkedFilesNeedNoMoreCreditThanTwo(Mode wanted) throws IOException {
        mode = wanted;
        deletion = new Deletion(true, new Deletion.Limit(Deletion.Unit.PERCENT, 100), RelativePath.ROOT);
        credits = new Credits(Limits.CREDIT_PARTS, 2, 2 * CHUNKED);
        for (int i = 0; i < 100; i++) {
            file("f" + i, i % 20 == 0 ? CHUNKED : 10);
            extra("f" + i + "/x");
        }
        RunReport report = push();
        assertThat(target).mirrors(source);
        assertEquals(100, report.tally().deleted());
        assertEquals(100, report.tally().changed());
    }

    @ParameterizedTest
    @EnumSource(Mode.class)
    void haltsWhenTheSourceIsEmpty(Mode wanted) throws IOException {
        mode = wanted;
        deletion = DELETE;
        extra("precious");
        assertEquals(FailureKind.SAFETY_HALT, pushFails().kind());
        assertEquals("extra", Files.readString(target.resolve("precious")));
        deletion = new Deletion(true, new Deletion.Limit(Deletion.Unit.PATHS, 1), RelativePath.ROOT);
        assertEquals(1, push().tally().deleted());
        assertThat(target).mirrors(source);
    }

    @ParameterizedTest
    @EnumSource(Mode.class)
    void keepsWhatItReplacesAndRemoves(Mode wanted) throws IOException {
        mode = wanted;
        deletion = new Deletion(true, Deletion.Limit.DEFAULT, RelativePath.of("kept"));
        file("a", 77);
        extra("a");
        extra("d/x");
        RunReport report = push();
        assertEquals(List.of(), problems());
        assertEquals(2, report.tally().deleted());
        assertEquals(77, Files.size(target.resolve("a")));
        assertEquals("extra", Files.readString(target.resolve("kept/a")));
        assertEquals("extra", Files.readString(target.resolve("kept/d/x")));
        assertEquals(0, push().tally().deleted());
    }

    @ParameterizedTest
    @EnumSource(Mode.class)
    void withholdsAndAppliesEverythingElse(Mode wanted) throws IOException {
        mode = wanted;
        deletion = new Deletion(true, new Deletion.Limit(Deletion.Unit.PATHS, 1), RelativePath.ROOT);
        file("a", 77);
        extra("x");
        extra("y");
        RunReport report = push();
        assertEquals(2, report.tally().withheld());
        assertEquals(0, report.tally().deleted());
        assertTrue(Files.exists(target.resolve("x")) && Files.exists(target.resolve("a")));
    }
}
