package io.zsync.node.copy;

import io.zsync.protocol.DataPath;
import io.zsync.protocol.PathChoice;

/**
 * What became of a range that was to be copied.
 *
 * @param length bytes copied from its start; fewer than were asked for only if the source ends there
 * @param path by which the last of them moved
 */
public record Copied(long length, DataPath path, PathChoice choice) {}
