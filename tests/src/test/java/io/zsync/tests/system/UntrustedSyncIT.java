package io.zsync.tests.system;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A file system whose sync of everything is not known to tell the truth, here an overlay: each file is forced by itself. */
class UntrustedSyncIT {
    @RegisterExtension
    final Workspace work = new Workspace();

    private Path target;
    private boolean mounted;

    @BeforeEach
    void mount() {
        Machine.needsRoot("to mount an overlay");
        work.make(
                "mkdir lower upper behind overlay source; echo {1..20} >source/a; seq 30000 >source/b; echo c >source/c");
        target = work.path("overlay");
        String options = "lowerdir=" + work.path("lower") + ",upperdir=" + work.path("upper") + ",workdir="
                + work.path("behind");
        Outcome outcome = Command.of("mount", "-t", "overlay", "-o", options, "zsync-tests", target.toString())
                .run();
        assumeTrue(outcome.code() == 0, () -> "cannot mount here: " + outcome.err());
        mounted = true;
    }

    @AfterEach
    void unmount() {
        if (mounted) {
            Command.of("umount", target.toString()).output();
        }
    }

    @Test
    void theSummarySaysThatABatchBecameSyncsOfEachFile() {
        Outcome pushed = Checkout.push(work.path("source"), target).run().exits(0);

        assertTrue(pushed.err().endsWith("; durable, file by file\n"), pushed::err);
        Trees.assertMirrors(work.path("source"), target);
    }

    @Test
    void nothingIsSaidWhereNothingWasAskedFor() {
        Outcome pushed = Checkout.push(work.path("source"), target, "--durability", "none")
                .run()
                .exits(0);

        assertTrue(pushed.err().endsWith("; not durable\n"), pushed::err);
    }
}
