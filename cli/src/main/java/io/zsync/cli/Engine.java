package io.zsync.cli;

import io.zsync.node.api.EventSink;
import io.zsync.node.api.PushRequest;
import io.zsync.node.api.RunFailure;
import io.zsync.node.api.RunReport;

/** What the commands ask of a node. */
@FunctionalInterface
interface Engine {
    /** @throws RunFailure if the run as a whole failed */
    RunReport push(PushRequest request, EventSink events) throws RunFailure;
}
