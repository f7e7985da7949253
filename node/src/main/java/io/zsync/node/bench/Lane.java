package io.zsync.node.bench;

import io.zsync.node.api.BenchReport.Way;
import java.io.IOException;

/** One way of moving the file, ready to be measured. For the measuring thread; {@link #cancel} is for any. */
interface Lane {
    Way way();

    /**
     * Moves the first {@code bytes} of the file so many times.
     *
     * @throws WayRefused if this machine cannot move it that way
     * @throws IOException if it could not be moved at all
     */
    Sample run(long bytes, int transfers) throws IOException, WayRefused;

    /** Makes a {@link #run} under way fail soon. */
    void cancel();
}
