package io.zsync.cli;

import io.zsync.node.api.RunRequest;
import io.zsync.protocol.Mode;
import java.util.List;

/** {@code zsync pull PEER DIR} */
final class PullCommand implements Command {
    private final Judge judge = new Judge("pull");

    @Override
    public String help() {
        return Help.PULL;
    }

    @Override
    public ExitCode run(List<Argument> words, Surroundings around) throws UsageError {
        TransferFlags flags = new TransferFlags();
        judge.parser(flags).refusing(RunFlags.NOT_YET, "not available yet").parse(words);
        judge.count(flags.words, 2, "PEER", "DIR");
        Verbosity verbosity = Verbosity.of(judge, flags, flags.verbose, flags.explain);
        Argument peer = flags.words.get(0);
        Argument directory = flags.words.get(1);
        RunRequest request = RunSettings.ofTransfer(judge, flags)
                .request(Mode.PULL, directory.path(), PeerAddress.parse(judge, peer));
        Runs.Run run = new Runs.Run(request, peer, directory);
        return new Runs(List.of(run), verbosity, new Summary()).execute(around);
    }
}
