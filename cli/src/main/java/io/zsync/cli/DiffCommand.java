package io.zsync.cli;

import io.zsync.node.api.RunRequest;
import io.zsync.protocol.Mode;
import java.util.List;

/** {@code zsync diff DIR PEER}: a push that is planned and told, and no more. */
final class DiffCommand implements Command {
    private final Judge judge = new Judge("diff");

    @Override
    public String help() {
        return Help.DIFF;
    }

    @Override
    public ExitCode run(List<Argument> words, Surroundings around) throws UsageError {
        RunFlags flags = new RunFlags();
        judge.parser(flags)
                .refusing(RunFlags.NOT_YET, "not available yet")
                .refusing(TransferFlags.OPTIONS, "has no meaning here, nothing is moved")
                .parse(words);
        judge.count(flags.words, 2, "DIR", "PEER");
        Verbosity verbosity = Verbosity.of(judge, flags, !flags.quiet, false);
        Argument directory = flags.words.get(0);
        Argument peer = flags.words.get(1);
        RunRequest request = RunSettings.ofComparison(judge, flags)
                .request(Mode.PUSH, directory.path(), PeerAddress.parse(judge, peer));
        Runs.Run run = new Runs.Run(request, directory, peer);
        return new Runs(List.of(run), verbosity, new Difference()).execute(around);
    }
}
