package io.zsync.node.replica;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zsync.node.fuzz.FuzzTarget;
import io.zsync.node.fuzz.Mutations;
import io.zsync.protocol.Name;
import io.zsync.protocol.RuleText;
import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Rule texts of any bytes are refused in one line or decide about any name, and what is typed behind them wins. */
public class RulesFuzzTest {
    /** Short, so that no expression goes back for long. */
    private static final List<Name> NAMES = Stream.of("a", "ab.o", "-[\n]", "\u00ff")
            .map(name -> Name.of(name.getBytes(ISO_8859_1)))
            .toList();

    public static List<FuzzTarget> targets() {
        List<byte[]> seeds = Stream.of(
                        "a",
                        "!a\n#b\n\\#c\r\n\n d \\ \n",
                        "*.o\n!ab.o\n/build/\n",
                        "a/**/b\n**/c\n**\n***\nd/**\n",
                        "[!a-c]?[[:alpha:][:digit:]]\n[]-]\n[\\]a]\n",
                        "\u00ef\u00bb\u00bfa+b|c{1}^$()\nx\0y\n")
                .map(text -> text.getBytes(ISO_8859_1))
                .toList();
        return List.of(new FuzzTarget("rules", seeds, RulesFuzzTest::decides));
    }

    @ParameterizedTest
    @MethodSource("targets")
    void mutationsOfRulesKeepTheirLaw(FuzzTarget target) {
        Mutations mutations = Mutations.ofEach(50_000, 1_000_000);

        Mutations.Outcome outcome = mutations.run(target);

        assertEquals(mutations.executions(), outcome.executions());
        assertTrue(outcome.reachesBothEnds(), outcome::toString);
    }

    /** @return false if the rules are refused, or leave none of the names out */
    private static boolean decides(byte[] bytes) {
        IgnoreRules rules;
        IgnoreRules keptAll;
        try {
            rules = IgnoreRules.of(new RuleText(bytes));
            keptAll = IgnoreRules.of(with(bytes, "\n!*"));
        } catch (IllegalArgumentException refused) {
            assertTrue(String.valueOf(refused.getMessage()).lines().count() == 1, "a reason in one line");
            return false;
        }
        boolean any = false;
        for (Name name : NAMES) {
            any |= rules.excludes(name, false);
            any |= rules.excludes(name, true);
            any |= rules.below(name, RuleText.NONE).excludes(name, false);
            assertFalse(keptAll.excludes(name, true), "the last line that matches wins");
        }
        return any;
    }

    private static RuleText with(byte[] bytes, String line) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.writeBytes(bytes);
        all.writeBytes(line.getBytes(ISO_8859_1));
        return new RuleText(all.toByteArray());
    }
}
