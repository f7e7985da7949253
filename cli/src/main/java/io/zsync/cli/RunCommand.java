package io.zsync.cli;

import io.zsync.node.api.RunRequest;
import java.util.ArrayList;
import java.util.List;

/** {@code zsync push | pull | diff | verify} */
final class RunCommand implements Command {
    private final Verb verb;
    private final Judge judge;

    RunCommand(Verb verb) {
        this.verb = verb;
        this.judge = new Judge(verb.word());
    }

    @Override
    public String help() {
        return verb.help();
    }

    @Override
    public ExitCode run(List<Argument> words, Surroundings around) throws UsageError {
        RunFlags flags = new RunFlags();
        verb.parser(judge, flags).parse(words);
        if (flags.veryVerbose) {
            around.console().showTraces();
        }
        Runs runs;
        try {
            runs = judged(flags);
        } catch (UsageError e) {
            if (flags.telling.json) {
                JsonPrinter.refused(around.console(), e);
            }
            throw e;
        }
        return runs.execute(around);
    }

    private Runs judged(RunFlags flags) throws UsageError {
        switch (verb) {
            case PUSH -> judge.count(flags.words, Integer.MAX_VALUE, "DIR", "PEER");
            case PULL -> judge.count(flags.words, 2, "PEER", "DIR");
            case DIFF, VERIFY -> judge.count(flags.words, 2, "DIR", "PEER");
        }
        Verbosity verbosity = Verbosity.of(judge, flags, verb);
        RunSettings settings = RunSettings.of(judge, flags, verb, verbosity);
        int here = verb == Verb.PULL ? 1 : 0;
        Argument directory = flags.words.get(here);
        List<Argument> peers =
                verb == Verb.PULL ? flags.words.subList(0, 1) : flags.words.subList(1, flags.words.size());
        List<Runs.Run> runs = new ArrayList<>();
        for (Argument peer : peers) {
            RunRequest request = settings.request(verb.mode(), directory.path(), PeerAddress.parse(judge, peer));
            runs.add(
                    verb == Verb.PULL
                            ? new Runs.Run(request, peer, directory, peer)
                            : new Runs.Run(request, directory, peer, peer));
        }
        return new Runs(verb, runs, verbosity);
    }
}
