package io.zsync.node.api;

/**
 * Takes a run's events, one at a time, from one thread at a time. A sink that blocks slows the run down; it never stops
 * the connection from being served.
 */
@FunctionalInterface
public interface EventSink {
    void accept(Event event);
}
