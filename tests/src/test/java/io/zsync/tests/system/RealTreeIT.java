package io.zsync.tests.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.abort;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A tree that nobody made for a test. */
class RealTreeIT {
    private static final int FILES = 20_000;

    @RegisterExtension
    final Workspace work = new Workspace();

    @Test
    void aTreeOfTensOfThousandsOfFilesArrivesWholeAndASecondPushSendsNothing() {
        Path source = realTree();
        Path target = work.path("target");

        Outcome first = Checkout.push(source, target).run().exits(0);

        System.out.println("RealTree: " + first.err());
        Trees.assertMirrors(source, target);
        Trees.assertNothingStaged(target);

        Outcome second = Checkout.push(source, target, "-v", "--explain").run().exits(0);

        assertEquals("", second.out(), "no change, no file sent");
        assertTrue(second.errLines().get(1).startsWith("  0 new, 0 changed, 0 deleted, "), second::err);
        assertTrue(second.errLines().get(1).endsWith(" unchanged, 0 failed"), second::err);
        assertTrue(second.errLines().get(2).startsWith("  nothing moved; "), second::err);
        Trees.assertMirrors(source, target);
    }

    /** Owned by whoever runs this or by root, and unlikely to change meanwhile. */
    private static Path realTree() {
        List<Path> candidates = List.of(
                Path.of("/usr/share"), Path.of("/usr/lib"), Path.of(System.getProperty("user.home"), ".m2/repository"));
        for (Path candidate : candidates) {
            boolean ours = Machine.isRoot() || candidate.startsWith(System.getProperty("user.home"));
            if (ours && candidate.toFile().isDirectory() && Trees.count(candidate, "-type", "f") >= FILES) {
                return candidate;
            }
        }
        return abort("no tree of " + FILES + " files that this user could replicate with its owners");
    }
}
