package io.zsync.cli;

import io.zsync.node.api.RunFailure;
import java.util.List;

/** {@code zsync id} */
final class IdCommand implements Command {
    private final Judge judge = new Judge("id");

    @Override
    public String help() {
        return Help.ID;
    }

    @Override
    public ExitCode run(List<Argument> words, Surroundings around) throws UsageError, RunFailure {
        CommonFlags flags = new CommonFlags();
        judge.fill(flags, words, around);
        judge.count(flags.words, 0);
        around.console().print(around.engine().get().id().toString());
        return ExitCode.DONE;
    }
}
