package io.zsync.cli;

import io.zsync.node.Node;
import java.time.Duration;
import java.util.function.Function;

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
        run(args, Main::node);
    }

    private static Engine node(Departure departure) {
        Node node = new Node();
        departure.onCancel(node::cancel);
        return node::push;
    }

    /** @param engine makes the engine and names to the departure what cancels it */
    static void run(String[] args, Function<Departure, Engine> engine) {
        Console console = Console.ofProcess();
        Departure departure = new Departure(CLEAN_UP);
        departure.install();
        Thread.setDefaultUncaughtExceptionHandler((thread, e) -> {
            console.error(Program.describe(e), "-vv shows where", e);
            departure.crash();
        });
        int columns = Integer.getInteger("zsync.terminal.columns", 0);
        Program program = new Program(console, () -> engine.apply(departure), columns);
        departure.exit(program.run(Arguments.ofProcess(args)));
    }
}
