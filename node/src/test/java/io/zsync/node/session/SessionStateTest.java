package io.zsync.node.session;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class SessionStateTest {
    @Test
    void movesAsThePageSaysAndInNoOtherWay() {
        Map<SessionState, Set<SessionState>> expected = new EnumMap<>(Map.of(
                SessionState.BINDING, EnumSet.of(SessionState.RUNNING, SessionState.FAILED),
                SessionState.RUNNING, EnumSet.of(SessionState.APPLIED, SessionState.FAILED),
                SessionState.APPLIED, EnumSet.of(SessionState.CLOSED, SessionState.FAILED),
                SessionState.CLOSED, EnumSet.noneOf(SessionState.class),
                SessionState.FAILED, EnumSet.noneOf(SessionState.class)));
        for (SessionState state : SessionState.values()) {
            Set<SessionState> allowed = Arrays.stream(SessionState.values())
                    .filter(state::mayBecome)
                    .collect(Collectors.toSet());
            assertEquals(expected.get(state), allowed, state.toString());
        }
    }
}
