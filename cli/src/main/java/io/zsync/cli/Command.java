package io.zsync.cli;

import io.zsync.node.api.RunFailure;
import java.util.List;

/** One command of the command line. */
interface Command {
    /** One screen, examples last. */
    String help();

    /**
     * Judges all that was typed behind the command's name, and only then does it.
     *
     * @throws UsageError if it cannot be carried out as typed; nothing was done
     */
    ExitCode run(List<Argument> words, Surroundings around) throws UsageError, RunFailure;
}
