package io.zsync.tests.system;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A tree that nobody made for a test, of at least 20,000 files, or else one that comes out the same every time. */
final class RealTree {
    static final int FILES = 20_000;

    private RealTree() {}

    /** Owned by whoever runs this or by root, and unlikely to change meanwhile; the smallest of them is enough. */
    static Path find(Workspace work) {
        List<Path> candidates = Machine.LONG
                ? List.of(Path.of("/usr/share"), Path.of("/usr/lib"))
                : List.of(Path.of("/usr/share/man"), Path.of("/usr/share"));
        for (Path candidate : candidates) {
            if (Machine.isRoot() && Files.isDirectory(candidate) && Trees.count(candidate, "-type", "f") >= FILES) {
                return candidate;
            }
        }
        return generate(work);
    }

    private static Path generate(Workspace work) {
        work.make("""
                mkdir generated
                for ((d = 0; d < 200; d++)); do
                    mkdir -p "generated/part $((d % 10))/d$d"
                    cd "generated/part $((d % 10))/d$d"
                    for ((f = 0; f < 100; f++)); do printf '%*d\\n' $((d * f)) $f >f$f; done
                    chmod $((400 + d % 8 * 10)) f1
                    ln -s ../nowhere/f$d link
                    cd ../../..
                done
                find generated -exec touch -h -d '2026-01-02 03:04:05.678901234' {} +""");
        return work.path("generated");
    }
}
