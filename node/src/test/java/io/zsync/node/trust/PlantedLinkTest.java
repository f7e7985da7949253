package io.zsync.node.trust;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.zsync.node.api.Endpoint;
import io.zsync.node.api.FailureKind;
import io.zsync.node.api.RunFailure;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.InstantSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Symlinks on the way to what a node believes: one's own lead there, as they do for anybody; another user's do not. */
class PlantedLinkTest {
    private static final int NOBODY = 65_534;

    @TempDir
    Path temp;

    private Path real;

    @BeforeEach
    void makeABook() throws Exception {
        real = Files.createDirectories(temp.resolve("real/parent")).resolve("zsync");
        book(real).update(peers -> peers.with(Books.peer("a")));
    }

    private static PeerBookFile book(Path folder) {
        return new PeerBookFile(new ConfigFolder(folder, folder));
    }

    private Path link(String name, String target) throws Exception {
        return Files.createSymbolicLink(temp.resolve(name), Path.of(target));
    }

    private static void give(Path link) throws Exception {
        assumeTrue(Files.getAttribute(link.getParent(), "unix:uid").equals(0), "only the superuser gives links away");
        Files.setAttribute(link, "unix:uid", NOBODY, LinkOption.NOFOLLOW_LINKS);
    }

    @Test
    void onesOwnLinksLeadThere() throws Exception {
        link("direct", "real/parent/zsync");
        link("middle", temp.resolve("real") + "/../real//./parent/");
        link("chain", "middle");

        for (String way : new String[] {"direct", "middle/zsync", "chain/zsync", "chain/../parent/zsync"}) {
            assertEquals(Books.of(Books.peer("a")), book(temp.resolve(way)).read(), way);
        }
    }

    @Test
    void whatIsMissingIsMadeBehindOnesOwnLink() throws Exception {
        link("own", "real");
        book(temp.resolve("own/x/zsync")).update(peers -> peers.with(Books.peer("b")));
        assertTrue(Files.exists(temp.resolve("real/x/zsync/peers")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"planted-last", "planted-middle/zsync", "own-to-planted/zsync"})
    void somebodyElsesLinkIsNotFollowedWhereverItIs(String way) throws Exception {
        give(link("planted-last", "real/parent/zsync"));
        give(link("planted-middle", "real/parent"));
        link("own-to-planted", "planted-middle");

        assertRefused(temp.resolve(way));
    }

    @Test
    void nothingIsMadeBehindSomebodyElsesLink() throws Exception {
        give(link("planted", "real"));

        assertRefused(temp.resolve("planted/new/zsync"));

        assertTrue(Files.notExists(temp.resolve("real/new")));
    }

    @Test
    void linksWithoutEndAreRefused() throws Exception {
        link("a", "b");
        link("b", "a");
        assertEquals(
                FailureKind.NOT_TRUSTED,
                assertThrows(RunFailure.class, () -> book(temp.resolve("a")).read())
                        .kind());
    }

    /** Book, key, invites, and what the state folder notes. */
    private static void assertRefused(Path folder) {
        ConfigFolder folders = new ConfigFolder(folder, folder);
        assertRefused(folder, () -> book(folder).read());
        assertRefused(folder, () -> book(folder).update(peers -> peers.with(Books.peer("z"))));
        assertRefused(folder, () -> Identity.load(folders));
        assertRefused(folder, () -> Identity.loadOrCreate(folders));
        assertRefused(folder, () -> new InviteFile(folders, InstantSource.system()).isAnyOpen());
        assertRefused(folder, () -> new ListeningFile(folders).read());
        assertRefused(folder, () -> new ListeningFile(folders).write(new Endpoint("127.0.0.1", 1)));
    }

    private static void assertRefused(Path folder, org.junit.jupiter.api.function.Executable use) {
        RunFailure failure = assertThrows(RunFailure.class, use);
        assertEquals(FailureKind.NOT_TRUSTED, failure.kind());
        assertEquals("config folder: a symlink of user 65534 is on the way (" + folder + ")", failure.getMessage());
    }
}
