package io.zsync.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.beust.jcommander.JCommander;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HelpTest {
    @ParameterizedTest
    @ValueSource(strings = {Help.PROGRAM, Help.PUSH})
    void fitsAScreenAndEndsWithExamples(String help) {
        assertTrue(help.lines().count() <= 24, help.lines().count() + " lines");
        assertEquals(0, help.lines().filter(line -> line.length() > 100).count(), "lines of more than 100 columns");
        String last = help.substring(help.lastIndexOf("\n\n"));
        assertTrue(last.startsWith("\n\nExamples:\n  zsync "), last);
    }

    @Test
    void namesEveryOptionOfPushAndNoOther() {
        Set<String> named = new TreeSet<>();
        Matcher option = Pattern.compile("(?<![\\w-])--?[a-zA-Z][a-z-]*").matcher(Help.PUSH);
        while (option.find()) {
            named.add(option.group());
        }
        Set<String> accepted = new TreeSet<>();
        for (var each : new JCommander(new PushFlags()).getParameters()) {
            accepted.addAll(Set.of(each.getParameter().names()));
        }

        assertEquals(accepted, named);
    }
}
