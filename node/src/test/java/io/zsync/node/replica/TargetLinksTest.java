package io.zsync.node.replica;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.zsync.node.fs.Errno;
import io.zsync.protocol.Deletion;
import io.zsync.protocol.Entry;
import io.zsync.protocol.ManifestItem;
import io.zsync.protocol.Name;
import io.zsync.protocol.Preservation;
import io.zsync.protocol.ProtocolException;
import io.zsync.protocol.Tally;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Further names of one object: where they go, and what becomes of them when something is in the way. */
@Timeout(20)
class TargetLinksTest extends DeletionFixture {
    @BeforeEach
    void keepLinks() {
        deletion = Deletion.NONE;
        preservation = keeping(true);
    }

    private static Preservation keeping(boolean hardLinks) {
        int asSource = Preservation.AS_SOURCE;
        return new Preservation(true, true, true, hardLinks, false, false, asSource, asSource, List.of());
    }

    private Object inode(String path) throws IOException {
        return Files.getAttribute(target.resolve(path), "unix:ino");
    }

    @Test
    void whereTheFileSystemHasNoRoomForAnotherNameTheContentIsCopiedAndTheCopyTakesTheRest() throws Exception {
        begin();
        linkedFile("a", 3, 4);
        hardLink("b", 1);
        hardLink("c", 1);
        hardLink("d", 1);
        failOnce("link", 2, Errno.MLINK);
        finish();
        assertEquals(inode("a"), inode("b"));
        assertNotEquals(inode("a"), inode("c"));
        assertEquals(inode("c"), inode("d"));
        assertEquals("new", read("c"));
        assertEquals(Files.getLastModifiedTime(target.resolve("a")), Files.getLastModifiedTime(target.resolve("c")));
        assertEquals(List.of("c METADATA_LOST"), problems);
    }

    @Test
    void onAnotherFileSystemTheContentIsCopied() throws Exception {
        begin();
        linkedFile("a", 3, 2);
        hardLink("b", 1);
        failEach("link", Errno.XDEV);
        finish();
        assertEquals("new", read("b"));
        assertEquals(List.of("b METADATA_LOST"), problems);
    }

    /** What stands there then is somebody else's, and no name of what was copied. */
    @Test
    void namesBehindACopyThatIsNotPublishedAreNotMade() throws Exception {
        plant("b");
        begin();
        linkedFile("a", 3, 4);
        hardLink("b", 1);
        hardLink("c", 1);
        hardLink("d", 1);
        Files.writeString(target.resolve("b"), "theirs, since");
        failEach("link", Errno.XDEV);
        finish();
        assertEquals("theirs, since", read("b"));
        assertEquals(List.of("a", "b"), tree());
        assertEquals(
                List.of("b METADATA_LOST", "b TARGET_CHANGED", "c TARGET_FAILED", "d TARGET_FAILED"),
                problems.stream().sorted().toList());
    }

    /** It is where it waits, not yet where it goes. */
    @Test
    void namesBehindACopyThatWaitsForADirectoryToBeEmptiedAreMadeOfIt() throws Exception {
        plant("b/x");
        deletion = DELETE;
        begin();
        linkedFile("a", 3, 3);
        hardLink("b", 1);
        hardLink("c", 1);
        failOnce("link", 1, Errno.MLINK);
        finish();
        assertEquals(List.of("a", "b", "c"), tree());
        assertNotEquals(inode("a"), inode("b"));
        assertEquals(inode("b"), inode("c"));
        assertEquals(List.of("b METADATA_LOST"), problems);
    }

    @Test
    void copiesNoFurtherSliceWhenTheRunIsOver() throws Exception {
        begin();
        linkedFile("a", 3, 2);
        hardLink("b", 1);
        fault = (call, arguments) -> {
            if (call.equals("link")) {
                throw failure(Errno.XDEV);
            }
            if (call.equals("file.nextHole")) {
                applier().end();
            }
        };
        assertThrows(InterruptedException.class, this::finish);
        publisher.join();
        applier().abandon();
        assertEquals(List.of("a"), tree());
        assertEquals(List.of(), problems);
    }

    @Test
    void countsEachNameAndEachSliceOfACopyAsWork() throws Exception {
        begin();
        linkedFile("a", 3, 3);
        hardLink("b", 1);
        hardLink("c", 1);
        List<Long> pieces = new ArrayList<>();
        fault = (call, arguments) -> {
            if (call.equals("link") || call.equals("file.read")) {
                pieces.add(applier().pieces());
            }
            if (call.equals("link") && pieces.size() == 1) {
                throw failure(Errno.XDEV);
            }
        };
        finish();
        assertEquals(List.of(1L, 2L, 3L), pieces);
    }

    @ParameterizedTest
    @ValueSource(strings = {"file.read", "file.nextHole", "file.nextData"})
    void whatIsCutWhileItIsCopiedIsNotPublished(String cutBefore) throws Exception {
        begin();
        linkedFile("a", 3, 2);
        hardLink("b", 1);
        fault = (call, arguments) -> {
            if (call.equals("link")) {
                throw failure(Errno.XDEV);
            }
            if (call.equals(cutBefore)) {
                Files.writeString(target.resolve("a"), "n");
            }
        };
        finish();
        assertEquals(List.of("a"), tree());
        assertEquals(List.of("b TARGET_CHANGED"), problems);
    }

    @Test
    void aNameOfWhatFailedKeepsWhatItHad() throws Exception {
        plant("a", "b", "c");
        lost.add("a");
        begin();
        linkedFile("a", 3, 3);
        hardLink("b", 1);
        hardLink("n", 1);
        finish();
        assertEquals("old b", read("b"));
        assertFalse(exists("n"));
        assertEquals(List.of("a SOURCE_VANISHED", "b TARGET_FAILED", "n TARGET_FAILED"), problems);
    }

    @Test
    void namesOfWhatIsSkippedAreSkippedAndNoFailure() throws Exception {
        plant("b");
        deletion = DELETE;
        begin();
        item(new ManifestItem.Leaf(Name.of("a"), new Entry.Special(META, Entry.SpecialKind.BLOCK_DEVICE, 0x801), 2));
        hardLink("b", 1);
        Tally tally = finish();
        assertEquals(List.of("a SPECIAL_SKIPPED", "b SPECIAL_SKIPPED"), problems);
        assertEquals(2, tally.skipped());
        assertEquals(0, tally.failed());
        assertEquals("old b", read("b"));
        assertEquals(List.of(), changes);
    }

    @Test
    void namesOfWhatIsRefusedAreToldAtOnce() throws Exception {
        plant("a/kept", "b");
        begin();
        linkedFile("a", 3, 2);
        hardLink("b", 1);
        finish();
        assertEquals(List.of("a DIRECTORY_IN_THE_WAY", "b TARGET_FAILED"), problems);
        assertEquals("old b", read("b"));
        assertEquals(List.of(), changes);
    }

    @Test
    void aNameThatSomebodyChangedMeanwhileIsLeftAlone() throws Exception {
        plant("b");
        begin();
        linkedFile("a", 3, 2);
        hardLink("b", 1);
        Files.writeString(target.resolve("b"), "theirs, since");
        finish();
        assertEquals("theirs, since", read("b"));
        assertEquals(List.of("b TARGET_CHANGED"), problems);
    }

    @Test
    void whatThisRunWritesThroughOneNameIsNobodyElsesWorkUnderAnother() throws Exception {
        deletion = DELETE;
        preservation = keeping(false);
        Files.createSymbolicLink(target.resolve("a"), Path.of("x"));
        for (String name : List.of("b", "c")) {
            Files.createLink(target.resolve(name), target.resolve("a"));
        }
        begin();
        symlink("a");
        file("b", 3);
        finish();
        assertEquals(List.of(), problems);
        assertEquals("new", read("b"));
        assertFalse(exists("c"));
    }

    @Test
    void aDirectoryWithContentIsNotReplacedByAName() throws Exception {
        plant("b/kept");
        begin();
        linkedFile("a", 3, 3);
        hardLink("b", 1);
        hardLink("c", 1);
        finish();
        assertEquals("old b/kept", read("b/kept"));
        assertEquals(inode("a"), inode("c"));
        assertEquals(List.of("b DIRECTORY_IN_THE_WAY"), problems);
    }

    @Test
    void aPeerNamesNothingThatItHasNotAnnounced() throws Exception {
        begin();
        linkedFile("a", 3, 2);
        file("b", 3);
        hardLink("c", 1);
        assertThrows(ProtocolException.class, () -> hardLink("d", 1), "one name too many");
        assertThrows(ProtocolException.class, () -> hardLink("e", 2), "an object with one name");
        assertThrows(ProtocolException.class, () -> hardLink("f", 99), "no object at all");
    }

    @Test
    void withoutTheOptionNobodySendsLinks() throws Exception {
        preservation = keeping(false);
        begin();
        assertThrows(ProtocolException.class, () -> linkedFile("a", 3, 2));
        assertThrows(ProtocolException.class, () -> hardLink("b", 1));
    }
}
