package io.zsync.node.api;

import io.zsync.protocol.DataPath;
import io.zsync.protocol.RunOptions;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Make one local tree hold what another holds, or one file's path hold what a file holds, without a connection.
 *
 * @param source a directory, or a regular file; a path that leads there through symlinks will do
 * @param target of a directory what is to hold its contents, of a file the path that is to be its copy; only the last
 *     component is made if it is missing
 * @param dataPath the only path that content may take; null: the best that the two file systems know
 * @param options those about a wire are not looked at; the number of streams is that of the threads that copy
 */
public record CopyRequest(
        Path source, Path target, @Nullable DataPath dataPath, RunOptions options) {}
