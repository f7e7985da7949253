package io.zsync.node.session;

import io.zsync.node.api.CopyRequest;
import io.zsync.node.api.FailureKind;
import io.zsync.node.api.RunFailure;
import io.zsync.node.fs.OperatorPath;
import io.zsync.protocol.Escape;
import io.zsync.protocol.Name;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One file that is to be copied to a path: the directories and names at both ends. The operator's path of the source is
 * followed to where it leads; the name of the target is what becomes the copy, even if a symlink stands there.
 */
record LoneFile(Path sourceDirectory, Name source, Path targetDirectory, Name target) {
    /** @throws RunFailure USAGE if the target is a directory or the source itself, or what is asked for is about trees */
    static LoneFile of(CopyRequest request) throws IOException, RunFailure {
        Path target = request.target();
        String named = Escape.text(target.toString());
        if (request.options().deletion().enabled()) {
            throw refusal("--delete: the source is one file, beside which nothing is deleted (" + named + ")", null);
        }
        Path name = target.getFileName();
        if (name == null || Files.isDirectory(target)) {
            throw refusal(
                    "target: is a directory, and the source is one file (" + named + ")",
                    "name the file in it: " + named + (named.endsWith("/") ? "" : "/")
                            + Escape.text(String.valueOf(request.source().getFileName())));
        }
        if (Files.exists(target) && Files.isSameFile(request.source(), target)) {
            throw refusal("target: is the source itself (" + named + ")", null);
        }
        Path real = request.source().toRealPath();
        Path parent = target.getParent();
        return new LoneFile(
                Objects.requireNonNull(real.getParent(), "a file is in a directory"),
                name(real),
                parent == null ? Path.of(".") : parent,
                name(name));
    }

    private static Name name(Path path) {
        byte[] bytes = OperatorPath.bytes(Objects.requireNonNull(path.getFileName()));
        return Name.of(bytes);
    }

    private static RunFailure refusal(String message, @Nullable String wayOut) {
        return new RunFailure(FailureKind.USAGE, message, wayOut, null);
    }
}
