package io.zsync.cli;

import io.zsync.protocol.Mode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** {@code zsync push DIR PEER...} */
final class PushCommand implements Command {
    private final Judge judge = new Judge("push");

    @Override
    public String help() {
        return Help.PUSH;
    }

    @Override
    public ExitCode run(List<Argument> words, Surroundings around) throws UsageError {
        TransferFlags flags = new TransferFlags();
        judge.parser(flags).refusing(RunFlags.NOT_YET, "not available yet").parse(words);
        judge.count(flags.words, Integer.MAX_VALUE, "DIR", "PEER");
        Verbosity verbosity = Verbosity.of(judge, flags, flags.verbose, flags.explain);
        RunSettings settings = RunSettings.ofTransfer(judge, flags);
        Argument directory = flags.words.getFirst();
        Path path = directory.path();
        List<Runs.Run> runs = new ArrayList<>();
        for (Argument peer : flags.words.subList(1, flags.words.size())) {
            runs.add(new Runs.Run(settings.request(Mode.PUSH, path, PeerAddress.parse(judge, peer)), directory, peer));
        }
        return new Runs(runs, verbosity, new Summary()).execute(around);
    }
}
