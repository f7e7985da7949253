package io.zsync.cli;

import io.zsync.node.api.FailureKind;
import io.zsync.node.api.RunFailure;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.HexFormat;
import java.util.SplittableRandom;

/** A file that is written whole or not at all, in place of a regular file or of nothing. */
final class ReportFile {
    private final Argument typed;
    private final Path path;

    private ReportFile(Argument typed, Path path) {
        this.typed = typed;
        this.path = path;
    }

    /** Refuses at once what would be refused when the work is done. */
    static ReportFile at(Judge judge, Argument typed) throws UsageError {
        Path path = typed.path();
        try {
            // What a symlink leads to is replaced, not the link.
            path = Files.exists(path) ? path.toRealPath() : path.toAbsolutePath();
        } catch (IOException e) {
            throw judge.refusal("--report", typed, "cannot be found again", "Name another file.");
        }
        Path parent = path.getParent();
        if (Files.exists(path) && !Files.isRegularFile(path)) {
            String what = Files.isDirectory(path) ? "is a directory" : "is no regular file";
            throw judge.refusal("--report", typed, what, "Name the file that is to hold the page, bench.html say.");
        }
        if (parent == null || !Files.isDirectory(parent) || !Files.isWritable(parent)) {
            String what = parent == null || !Files.isDirectory(parent) ? "is none" : "cannot be written";
            throw judge.refusal(
                    "--report", typed, "its directory " + what, "Name a file in a directory that is there.");
        }
        return new ReportFile(typed, path);
    }

    void write(String text) throws RunFailure {
        String name = ".zsync-" + HexFormat.of().toHexDigits(new SplittableRandom().nextLong());
        Path staged = path.resolveSibling(name);
        try {
            Files.writeString(staged, text, StandardCharsets.UTF_8, StandardOpenOption.CREATE_NEW);
            Files.move(staged, path, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            String why = e instanceof FileSystemException refused && refused.getReason() != null
                    ? refused.getReason()
                    : String.valueOf(e.getMessage());
            throw new RunFailure(
                    FailureKind.ROOT_UNUSABLE, "bench: report not written: " + why + " (" + typed + ")", null, e);
        } finally {
            staged.toFile().delete();
        }
    }

    /** As it was typed, escaped. */
    @Override
    public String toString() {
        return typed.toString();
    }
}
