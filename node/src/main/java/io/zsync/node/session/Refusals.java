package io.zsync.node.session;

import io.zsync.node.api.ServiceEvent;
import java.util.function.LongSupplier;

/**
 * Tells the operator who was turned away, a few at once and then some a second: strangers may come in any number, and must
 * not fill a log. What is left out is counted, and told with the next that is not. Any thread.
 */
final class Refusals {
    private static final Turns.Rate RATE = new Turns.Rate(1, 100);
    private static final String EVERYBODY = "";

    private final EventPump<ServiceEvent> events;
    private final Turns<String> turns;
    private long untold;

    /** @param clock nanoseconds */
    Refusals(EventPump<ServiceEvent> events, LongSupplier clock) {
        this.events = events;
        this.turns = new Turns<>(RATE, RATE, clock);
    }

    synchronized void tell(String from, String reason) {
        if (turns.takeOwn(EVERYBODY) > 0) {
            turns.giveBackOwn(EVERYBODY);
            untold++;
            return;
        }
        String more = untold == 0 ? "" : "; before that " + untold + " more that are not shown";
        if (events.offer(new ServiceEvent.Refused(from, reason + more))) {
            untold = 0;
        } else {
            untold++;
        }
    }
}
