package io.zsync.node.session;

import io.zsync.node.api.ServiceEvent;
import java.util.function.LongSupplier;

/**
 * Tells the operator who was turned away, a few at once and then some a second: strangers may come in any number, and must
 * not fill a log. What is left out is counted, and told with the next that is not. Any thread.
 */
final class Refusals {
    private static final Bucket.Rate RATE = new Bucket.Rate(1, 100);

    private final EventPump<ServiceEvent> events;
    private final Bucket lines;
    private long untold;

    /** @param clock nanoseconds */
    Refusals(EventPump<ServiceEvent> events, LongSupplier clock) {
        this.events = events;
        this.lines = new Bucket(RATE, clock);
    }

    synchronized void tell(String from, String reason) {
        if (lines.ahead() > 0) {
            untold++;
            return;
        }
        lines.take();
        String more = untold == 0 ? "" : "; before that " + untold + " more that are not shown";
        if (events.offer(new ServiceEvent.Refused(from, reason + more))) {
            untold = 0;
        } else {
            untold++;
        }
    }
}
