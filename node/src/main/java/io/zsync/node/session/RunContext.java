package io.zsync.node.session;

import io.zsync.node.api.Event;
import io.zsync.node.api.PushRequest.PathPolicy;
import io.zsync.protocol.Credits;
import io.zsync.protocol.Message;
import io.zsync.protocol.ProblemCode;
import io.zsync.protocol.RelativePath;
import io.zsync.protocol.RunOptions;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;

/**
 * What both roles need to know of a run at this end. On the initiator's side events go to its user; a responder has none.
 *
 * @param credits agreed by both ends
 * @param initiator true if this end asked for the run
 */
record RunContext(
        RunOptions options,
        Credits credits,
        boolean initiator,
        PathPolicy dataPath,
        boolean explain,
        Duration timeout,
        EventPump events,
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

    private static String shortened(String detail) {
        int length = io.zsync.protocol.Limits.DETAIL_LENGTH / 4;
        return detail.length() <= length ? detail : detail.substring(0, length);
    }
}
