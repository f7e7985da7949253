package io.zsync.cli;

import io.zsync.node.api.EventSink;
import io.zsync.node.api.RunFailure;
import io.zsync.node.api.RunReport;
import io.zsync.node.api.RunRequest;

/** What the commands ask of a node. */
@FunctionalInterface
interface Engine {
    /** @throws RunFailure if the run as a whole failed */
    RunReport run(RunRequest request, EventSink events) throws RunFailure;
}
