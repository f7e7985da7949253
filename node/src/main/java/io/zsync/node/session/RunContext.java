package io.zsync.node.session;

import io.zsync.node.api.Event;
import io.zsync.protocol.Credits;
import io.zsync.protocol.Limits;
import io.zsync.protocol.Message;
import io.zsync.protocol.ProblemCode;
import io.zsync.protocol.Protection;
import io.zsync.protocol.RelativePath;
import io.zsync.protocol.RunOptions;
import java.util.EnumMap;
import java.util.Map;

/**
 * What both roles need to know of a session's run at this end. On the initiator's side events go to its user; a responder
 * has none, and tells its peer.
 *
 * @param protection what runs
 * @param credits agreed by both ends
 * @param initiator true if this end asked for the run
 */
record RunContext(
        RunOptions options,
        Protection protection,
        Credits credits,
        boolean initiator,
        EventPump<Event> events,
        Problems problems) {

    /** The problems met by either end, counted; and told to the user at the end that has one. */
    static final class Problems {
        private final Map<ProblemCode, Long> counts = new EnumMap<>(ProblemCode.class);

        synchronized void count(ProblemCode code) {
            counts.merge(code, 1L, Long::sum);
        }

        synchronized Map<ProblemCode, Long> counts() {
            return new EnumMap<>(counts);
        }
    }

    Terms terms() {
        return new Terms(options);
    }

    /** A problem that this end met: told to the user here or, through the peer, there. */
    void problem(Session session, RelativePath path, ProblemCode code, String detail) {
        session.send(new Message.Problem(path, code, shortened(detail)));
        told(path, code, detail);
    }

    /** A problem that the peer told, or that this end met. */
    void told(RelativePath path, ProblemCode code, String detail) {
        if (initiator) {
            problems.count(code);
            events.post(new Event.ProblemMet(path, code, detail));
        }
    }

    /** A change that this end makes. */
    void changed(Session session, Message.Change change) {
        if (initiator) {
            events.post(new Event.Changed(change));
        } else {
            session.send(change);
        }
    }

    /** Content that this end has sent; a word for those who asked to have it explained. */
    void moved(Session session, Message.Moved moved) {
        if (!options.explain()) {
            return;
        }
        if (initiator) {
            events.post(Event.Moved.of(moved));
        } else {
            session.send(moved);
        }
    }

    private static String shortened(String detail) {
        int length = Limits.DETAIL_LENGTH / 4;
        return detail.length() <= length ? detail : detail.substring(0, length);
    }
}
