package io.zsync.node.trust;

import io.zsync.node.api.RunFailure;
import java.util.Map;

/** Run by {@link ConfigFolderTest} where no character beyond ASCII can be told. */
final class ConfigFolderProgram {
    private ConfigFolderProgram() {}

    public static void main(String[] arguments) throws RunFailure {
        if (!"ANSI_X3.4-1968".equals(System.getProperty("sun.jnu.encoding"))) {
            throw new IllegalStateException("the locale is not POSIX");
        }
        try {
            ConfigFolder.of(System.getenv(), System.getProperty("user.home"));
            throw new IllegalStateException("took a HOME that it cannot know");
        } catch (RunFailure refused) {
            // HOME was decoded by the locale; the same text by another way is well.
            System.out.println(ConfigFolder.of(Map.of("ZSYNC_HOME", "/a %/\u00e4"), "?")
                    .config()
                    .toUri());
        }
    }
}
