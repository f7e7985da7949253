package io.zsync.tests.protocol;

import io.zsync.node.fuzz.FuzzTarget;
import io.zsync.node.replica.JournalFuzzTest;
import io.zsync.node.replica.RulesFuzzTest;
import io.zsync.node.trust.TrustFuzzTest;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What Jazzer calls, in a JVM of its own for each target. */
public final class GuidedFuzz {
    static final String TARGET = "zsync.fuzz";

    private static @Nullable FuzzTarget target;

    private GuidedFuzz() {}

    /** All but the damaged journal: who is led by branches makes checks match, and then it is a forged one. */
    static List<FuzzTarget> targets() {
        return Stream.of(
                        MutationTest.targets(),
                        JournalFuzzTest.targets(),
                        RulesFuzzTest.targets(),
                        TrustFuzzTest.targets())
                .flatMap(Collection::stream)
                .filter(each -> !each.name().equals("journal-damaged"))
                .toList();
    }

    public static void fuzzerInitialize() {
        String name = System.getProperty(TARGET);
        target = targets().stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    public static void fuzzerTestOneInput(byte[] input) {
        FuzzTarget fuzzed = Objects.requireNonNull(target);
        fuzzed.law().accepts(input);
        byte[] mended = fuzzed.mend().apply(input);
        if (!Arrays.equals(mended, input)) {
            fuzzed.law().accepts(mended);
        }
    }
}
