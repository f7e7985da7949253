package io.zsync.tests.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zsync.node.fuzz.FuzzTarget;
import io.zsync.node.fuzz.Mutations;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Mutations of the vectors, seeded: each is accepted as its value's only encoding, or refused with ProtocolException. */
class MutationTest {
    private static final List<FuzzTarget> TARGETS = List.of(
            Decoding.CONTROL.fuzzedFrom("control", "bad:control-"),
            Decoding.PART.fuzzedFrom("control:manifest-part", "bad:part-"),
            Decoding.MANIFEST.fuzzedFrom("manifest", "bad:manifest-"),
            Decoding.DATA.fuzzedFrom("data", "bad:data-"),
            Decoding.SAFE.fuzzedFrom("data-safe:chunk"),
            Decoding.HEADER.fuzzedFrom("data", "bad:data-"),
            Decoding.CHUNK.fuzzedFrom("data:chunk", "bad:data-"),
            Decoding.SAFE_CHUNK.fuzzedFrom("data-safe:chunk"),
            Decoding.PACK.fuzzedFrom("data:pack", "bad:pack-"),
            Decoding.BIND.fuzzedFrom("bind:request", "bad:bind-"),
            Decoding.JOIN.fuzzedFrom("join:request", "bad:join-request-"),
            Decoding.JOIN_REPLY.fuzzedFrom("join:reply", "bad:join-reply-"));

    static List<FuzzTarget> targets() {
        return TARGETS;
    }

    @ParameterizedTest
    @MethodSource("targets")
    void mutationsAllowNothingButProtocolException(FuzzTarget target) {
        Mutations mutations = Mutations.ofEach(100_000, 1_000_000);

        Mutations.Outcome outcome = mutations.run(target);

        assertEquals(mutations.executions(), outcome.executions());
        assertTrue(outcome.reachesBothEnds(), outcome::toString);
    }

    @Test
    void theSeedsCoverEveryDecoding() {
        assertEquals(
                Decoding.values().length,
                TARGETS.stream().map(FuzzTarget::name).distinct().count());
    }
}
