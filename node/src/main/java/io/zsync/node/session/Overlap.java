package io.zsync.node.session;

import io.zsync.node.api.FailureKind;
import io.zsync.node.api.RunFailure;
import io.zsync.protocol.Escape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Two trees on one machine of which one is in the other: a target in its source would grow while it is read. */
public final class Overlap {
    private Overlap() {}

    /**
     * Compares directories by what they are, not by what they are called, so that neither symlinks nor bind mounts hide it.
     *
     * @throws RunFailure USAGE if one of the two is the other or lies in it
     */
    public static void refuse(Path source, Path target) throws RunFailure {
        try {
            Path here = real(source);
            Path there = real(target);
            if (isIn(there, here) || isIn(here, there)) {
                throw new RunFailure(
                        FailureKind.USAGE,
                        "target: one of source and target lies inside the other (" + Escape.text(target.toString())
                                + ")",
                        "choose a target outside the source",
                        null);
            }
        } catch (IOException missing) {
            // Whoever opens it says so.
            return;
        }
    }

    private static boolean isIn(Path below, Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return false;
        }
        for (@Nullable Path each = below; each != null; each = each.getParent()) {
            if (Files.exists(each) && Files.isSameFile(each, directory)) {
                return true;
            }
        }
        return false;
    }

    /** Of a target that is to be made the directory is there already. */
    private static Path real(Path directory) throws IOException {
        Path absolute = directory.toAbsolutePath();
        Path parent = absolute.getParent();
        return Files.exists(absolute) || parent == null
                ? absolute.toRealPath()
                : parent.toRealPath().resolve(absolute.getFileName());
    }
}
