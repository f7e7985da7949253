package io.zsync.node.trust;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.zsync.node.api.FailureKind;
import io.zsync.node.api.RunFailure;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ConfigFolderTest {
    private static ConfigFolder of(String... variables) throws RunFailure {
        Map<String, String> environment = new HashMap<>();
        for (int i = 0; i < variables.length; i += 2) {
            environment.put(variables[i], variables[i + 1]);
        }
        return ConfigFolder.of(environment, "/passwd");
    }

    private static void assertFolders(String config, String state, ConfigFolder folders) {
        assertEquals(new ConfigFolder(Path.of(config), Path.of(state)), folders);
    }

    @Test
    void zsyncHomeIsBothAndGoesBeforeAll() throws RunFailure {
        assertFolders(
                "/z", "/z", of("ZSYNC_HOME", "/z", "XDG_CONFIG_HOME", "/c", "XDG_STATE_HOME", "/s", "HOME", "/h"));
        assertFolders("/z", "/z", of("ZSYNC_HOME", "//z/"));
    }

    @Test
    void xdgGoesBeforeHomeEachForItself() throws RunFailure {
        assertFolders("/c/zsync", "/s/zsync", of("XDG_CONFIG_HOME", "/c", "XDG_STATE_HOME", "/s", "HOME", "/h"));
        assertFolders("/c/zsync", "/h/.local/state/zsync", of("XDG_CONFIG_HOME", "/c", "HOME", "/h"));
        assertFolders("/h/.config/zsync", "/s/zsync", of("XDG_STATE_HOME", "/s", "HOME", "/h"));
    }

    @Test
    void relativeAndEmptyVariablesOfXdgCountAsNone() throws RunFailure {
        assertFolders(
                "/h/.config/zsync",
                "/h/.local/state/zsync",
                of("XDG_CONFIG_HOME", "c", "XDG_STATE_HOME", "", "ZSYNC_HOME", "", "HOME", "/h"));
    }

    @Test
    void withoutHomeThePasswdEntryDecides() throws RunFailure {
        assertFolders("/passwd/.config/zsync", "/passwd/.local/state/zsync", of());
        assertFolders("/passwd/.config/zsync", "/passwd/.local/state/zsync", of("HOME", ""));
        assertFolders("/passwd/.config/zsync", "/passwd/.local/state/zsync", of("HOME", "h"));
    }

    @Test
    void aRelativeZsyncHomeIsRefused() {
        assertRefused("ZSYNC_HOME: not an absolute path (z\\n)", () -> of("ZSYNC_HOME", "z\n"));
    }

    @Test
    void whatTheLocaleCouldNotSpellIsRefusedAndNotReplaced() {
        assertRefused("HOME: holds bytes that are no text in this locale (/h\uFFFD)", () -> of("HOME", "/h\uFFFD"));
        assertRefused(
                "XDG_CONFIG_HOME: holds bytes that are no text in this locale (/\uFFFD)",
                () -> of("XDG_CONFIG_HOME", "/\uFFFD", "HOME", "/h"));
        for (String home : new String[] {"?", "/h?", "", "h"}) {
            assertRefused(
                    "home directory: there is no HOME and no usable passwd entry (" + home + ")",
                    () -> ConfigFolder.of(Map.of(), home));
        }
    }

    @Test
    void aPasswdEntryThatIsNotNeededIsNotLookedAt() throws RunFailure {
        assertFolders("/z", "/z", ConfigFolder.of(Map.of("ZSYNC_HOME", "/z"), "?"));
    }

    @Test
    void textBecomesUtf8BytesInAnyLocale() throws Exception {
        assertEquals(
                "file:///a%20%25/%C3%A4",
                of("ZSYNC_HOME", "/a %/\u00e4").config().toUri().toString());
        assertEquals("file:///a%20%25/%C3%A4", Programs.run("POSIX", ConfigFolderProgram.class, "/a %/\u00e4"));
    }

    private interface Attempt {
        ConfigFolder run() throws RunFailure;
    }

    private static void assertRefused(String message, Attempt attempt) {
        RunFailure failure = assertThrows(RunFailure.class, attempt::run);
        assertEquals(message, failure.getMessage());
        assertEquals(FailureKind.USAGE, failure.kind());
        assertEquals("set ZSYNC_HOME to an absolute path in UTF-8", failure.wayOut());
    }
}
