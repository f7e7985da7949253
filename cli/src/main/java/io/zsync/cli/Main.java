package io.zsync.cli;

import java.time.Duration;

/** The program's entry point. */
public final class Main {
    /** Ten seconds are promised from a signal to the end; the rest of them is for the process to go. */
    private static final Duration CLEAN_UP = Duration.ofMillis(9_500);

    private Main() {}

    /** Runs the command that the arguments name and ends the process with its exit code. */
    public static void main(String[] args) {
        // Before any class of Kryo loads: its Unsafe use prints warnings, and will be refused by later JDKs.
        System.setProperty("kryo.unsafe", "false");
        // Ahead of everything else because it is asked for by scripts that wait: it loads nothing more.
        if (args.length == 1 && args[0].equals("--version")) {
            System.out.println(Version.LINE);
            return;
        }
        Program.runProcess(args, CLEAN_UP, NodeEngine::cancelledBy);
    }
}
