package io.zsync.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zsync.protocol.Protection;
import java.util.Locale;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every level can be typed wherever one is asked for. */
class ProtectionTest {
    private final Typed typed = new Typed();

    @ParameterizedTest
    @EnumSource
    void everyRunTakesEveryLevel(Protection level) {
        String word = level.name().toLowerCase(Locale.ROOT);
        for (String command : new String[] {"push here nas", "pull nas here", "diff here nas", "verify here nas"}) {
            typed.run((command + " --protect " + word).split(" "));
            assertEquals(level, typed.engine.runs.getLast().protection(), command);
        }
        assertEquals(4, typed.engine.runs.size(), typed.screen.err());
    }

    @ParameterizedTest
    @ValueSource(strings = {"push here nas", "pull nas here"})
    void autoLeavesItToTheNode(String command) {
        typed.run((command + " --protect auto").split(" "));

        assertNull(typed.engine.runs.getLast().protection());
    }

    @ParameterizedTest
    @EnumSource
    void aNodeDemandsAnyLevel(Protection level) {
        typed.engine.serving = events -> typed.stop();
        String word = level.name().toLowerCase(Locale.ROOT);

        assertEquals(0, typed.run("serve", "--share", "a=/a", "--min-protect", word), typed.screen.err());

        assertEquals(level, typed.engine.served.getFirst().minProtection());
    }

    @ParameterizedTest
    @ValueSource(strings = {"SAFE", "safe ", "tls"})
    void whatIsNoLevelIsNone(String word) {
        assertEquals(1, typed.run("push", "here", "nas", "--protect=" + word));

        assertTrue(typed.screen.err().contains("not one of auto, clear, safe, private"), typed.screen.err());
    }
}
