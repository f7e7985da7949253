package io.zsync.cli;

import io.zsync.node.api.RunFailure;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** One invocation: finds the command, shows its help or runs it. Nothing is thrown out of here. */
final class Program {
    private static final String HELP = "zsync --help shows the commands.";

    private final Surroundings around;

    Program(Surroundings around) {
        this.around = around;
    }

    /**
     * Ties process, console and engine together, and ends the process.
     *
     * @param patience how long a command that a signal cancelled may take to clean up
     * @param engine makes the engine when a command needs it, and names what the signals cancel
     */
    static void runProcess(String[] args, Duration patience, Function<Signals, Engine> engine) {
        Console console = Console.ofProcess();
        Departure departure = new Departure(patience);
        departure.install();
        Thread.setDefaultUncaughtExceptionHandler((thread, e) -> {
            console.bug(e);
            departure.crash();
        });
        int columns = Integer.getInteger("zsync.terminal.columns", 0);
        Surroundings around = new Surroundings(System.in, console, () -> engine.apply(departure), departure, columns);
        departure.exit(new Program(around).run(Arguments.ofProcess(args)));
    }

    ExitCode run(List<Argument> typed) {
        ExitCode code = Attempt.of(around.console(), () -> dispatch(Arguments.expand(typed)));
        around.console().flush();
        return code;
    }

    private ExitCode dispatch(List<Argument> words) throws UsageError, RunFailure {
        if (words.isEmpty()) {
            throw new UsageError("a command is missing", HELP);
        }
        String name = words.getFirst().text();
        if (name.equals("--help")) {
            return show(Help.PROGRAM);
        }
        if (name.equals("--version")) {
            return show(Version.LINE);
        }
        Command command = command(name);
        if (command == null) {
            String what = name.startsWith("-") ? "a command comes first" : "no such command";
            throw new UsageError(what + " (" + words.getFirst() + ")", HELP);
        }
        List<Argument> rest = words.subList(1, words.size());
        return asksForHelp(rest) ? show(command.help()) : command.run(rest, around);
    }

    /** A switch, so that only the class of the command that is typed gets loaded. */
    private static @Nullable Command command(String name) throws UsageError {
        return switch (name) {
            case "push" -> new RunCommand(Verb.PUSH);
            case "pull" -> new RunCommand(Verb.PULL);
            case "copy" -> new RunCommand(Verb.COPY);
            case "diff" -> new RunCommand(Verb.DIFF);
            case "verify" -> new RunCommand(Verb.VERIFY);
            case "serve" -> new ServeCommand();
            case "id" -> new IdCommand();
            case "peers" -> new PeersCommand();
            case "invite" -> new InviteCommand();
            case "join" -> new JoinCommand();
            case "bench" -> new BenchCommand();
            default -> null;
        };
    }

    private static boolean asksForHelp(List<Argument> words) {
        for (Argument word : words) {
            String text = word.text();
            if (text.equals("--")) {
                return false;
            }
            if (text.equals("--help")) {
                return true;
            }
        }
        return false;
    }

    private ExitCode show(String text) {
        around.console().print(text.stripTrailing());
        return ExitCode.DONE;
    }
}
