package io.zsync.cli;

import io.zsync.node.api.EventSink;
import io.zsync.node.api.RunReport;

/** How one run is told: that it begins, its events as they come, how it ends. One thread at a time. */
interface Telling extends EventSink, Attempt.Failed {
    void begin();

    /** No event comes any more. */
    void stop();

    /** The run came to its end. */
    void ended(RunReport report, ExitCode code);
}
