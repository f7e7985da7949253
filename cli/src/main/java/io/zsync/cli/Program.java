package io.zsync.cli;

import io.zsync.node.api.RunFailure;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/**
 * One invocation: finds the command, runs it, and turns every outcome into an exit code, in {@link #attempt} and nowhere
 * else. Nothing is thrown out of here.
 */
final class Program {
    private static final Set<String> NOT_YET =
            Set.of("pull", "copy", "diff", "verify", "serve", "id", "invite", "join", "peers", "bench");
    private static final String HELP = "zsync --help shows the commands.";

    private final Console console;
    private final Supplier<Engine> engine;
    private final int terminalColumns;

    /**
     * @param engine called once, when a command is about to run
     * @param terminalColumns width of the terminal that standard error is, 0 if it is none
     */
    Program(Console console, Supplier<Engine> engine, int terminalColumns) {
        this.console = console;
        this.engine = engine;
        this.terminalColumns = terminalColumns;
    }

    ExitCode run(List<Argument> typed) {
        ExitCode code = attempt(() -> dispatch(Arguments.expand(typed)));
        console.flush();
        return code;
    }

    private interface Step {
        ExitCode run() throws UsageError, RunFailure;
    }

    private ExitCode attempt(Step step) {
        try {
            return step.run();
        } catch (UsageError e) {
            console.error(String.valueOf(e.getMessage()), e.wayOut(), e);
            return ExitCode.USAGE;
        } catch (RunFailure e) {
            console.error(String.valueOf(e.getMessage()), e.wayOut(), e);
            return ExitCode.of(e.kind());
        } catch (OutOfMemoryError e) {
            console.error("internal error: out of memory", null, e);
            return ExitCode.INTERNAL;
        } catch (Throwable e) {
            console.bug(e);
            return ExitCode.INTERNAL;
        }
    }

    private ExitCode dispatch(List<Argument> words) throws UsageError {
        if (words.isEmpty()) {
            throw new UsageError("a command is missing", HELP);
        }
        String command = words.getFirst().text();
        if (command.equals("--help")) {
            return show(Help.PROGRAM);
        }
        if (command.equals("--version")) {
            return show(Version.LINE);
        }
        if (command.equals("push")) {
            List<Argument> rest = words.subList(1, words.size());
            return asksForHelp(rest) ? show(Help.PUSH) : push(PushCommand.parse(rest));
        }
        if (NOT_YET.contains(command)) {
            throw new UsageError(command + ": not available yet", HELP);
        }
        String what = command.startsWith("-") ? "a command comes first" : "no such command";
        throw new UsageError(what + " (" + words.getFirst() + ")", HELP);
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
        console.print(text.stripTrailing());
        return ExitCode.DONE;
    }

    /** Peers one after another; one that fails does not keep the others from their turn. */
    private ExitCode push(PushCommand command) {
        if (command.verbosity().traces()) {
            console.showTraces();
        }
        Engine node = engine.get();
        ExitCode worst = ExitCode.DONE;
        for (PushCommand.Run run : command.runs()) {
            ExitCode code = attempt(() -> command.execute(run, node, console, terminalColumns));
            worst = worst.or(code);
            if (code == ExitCode.INTERRUPTED || code == ExitCode.INTERNAL) {
                break;
            }
        }
        return worst;
    }
}
