package io.zsync.cli;

import io.zsync.node.Node;
import java.time.Duration;
import java.util.function.Supplier;

/** The program's entry point: ties process, console and engine together. */
public final class Main {
    private static final Duration CLEAN_UP = Duration.ofSeconds(10);

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
        Departure departure = new Departure(CLEAN_UP);
        run(args, departure, () -> node(departure));
    }

    private static Engine node(Departure departure) {
        Node node = new Node();
        departure.onCancel(node::cancel);
        return node::run;
    }

    /** Ends the process. {@code engine} makes the engine when a command needs it. */
    static void run(String[] args, Departure departure, Supplier<Engine> engine) {
        Console console = Console.ofProcess();
        departure.install();
        Thread.setDefaultUncaughtExceptionHandler((thread, e) -> {
            console.bug(e);
            departure.crash();
        });
        int columns = Integer.getInteger("zsync.terminal.columns", 0);
        departure.exit(new Program(console, engine, columns).run(Arguments.ofProcess(args)));
    }
}
