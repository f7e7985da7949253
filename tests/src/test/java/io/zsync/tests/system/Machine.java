package io.zsync.tests.system;

import static org.junit.jupiter.api.Assumptions.abort;

import java.nio.file.Path;

/** What this machine can do. Where something is missing, the test is skipped and says what. */
final class Machine {
    /** True in the profile "long": sizes as the requirements name them. */
    static final boolean LONG = Boolean.getBoolean("zsync.long");

    private Machine() {}

    static boolean isRoot() {
        return Command.of("id", "-u").output().strip().equals("0");
    }

    static void needsRoot(String why) {
        if (!isRoot()) {
            abort("needs root: " + why);
        }
    }

    static void needs(String command) {
        if (Command.of("sh", "-c", "command -v " + command).run().code() != 0) {
            abort(command + " is not installed");
        }
    }

    static void needsStrace() {
        needs("strace");
        Outcome tried =
                Command.of("strace", "-f", "-qq", "-o", "/dev/null", "true").run();
        if (tried.code() != 0) {
            abort("strace may not trace here: " + tried.err());
        }
    }

    /** The uid that owns nothing. */
    static void needsNobody(Path file) {
        needsRoot("to become another user");
        needs("setpriv");
        if (nobody("test", "-r", file.toString()).run().code() != 0) {
            abort("another user cannot read " + file);
        }
    }

    static Command nobody(String... words) {
        String[] all = new String[words.length + 6];
        String[] become = {"setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"};
        System.arraycopy(become, 0, all, 0, 6);
        System.arraycopy(words, 0, all, 6, words.length);
        return Command.of(all);
    }
}
