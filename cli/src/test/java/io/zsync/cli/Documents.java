package io.zsync.cli;

import java.nio.file.Files;
import java.nio.file.Path;

/** The texts that promise something about the command line. */
final class Documents {
    static final Path ROOT = root();
    static final Path README = ROOT.resolve("README.md");

    /** The contract that the README is cut from; it is not part of the repository. */
    static final Path CONTRACT = ROOT.resolveSibling("shared").resolve("CLI.md");

    private Documents() {}

    private static Path root() {
        Path folder = Path.of("").toAbsolutePath();
        while (!Files.exists(folder.resolve("protocol/SPEC.md"))) {
            folder = folder.getParent();
            if (folder == null) {
                throw new IllegalStateException("not in a checkout");
            }
        }
        return folder;
    }
}
