package io.zsync.cli;

import io.zsync.protocol.Mode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** {@code zsync push | pull | copy | diff | verify} */
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
        FlagParser parser = verb.parser(judge, flags);
        parser.parse(words);
        if (flags.veryVerbose) {
            around.console().showTraces();
        }
        Runs runs;
        try {
            runs = judged(flags, parser);
        } catch (UsageError e) {
            if (flags.telling.json) {
                JsonPrinter.refused(around.console(), e);
            }
            throw e;
        }
        return runs.execute(around);
    }

    private Runs judged(RunFlags flags, FlagParser parser) throws UsageError {
        verb.count(judge, flags.words);
        Argument source = flags.words.getFirst();
        List<Argument> targets = flags.words.subList(1, flags.words.size());
        if (!verb.moves() && PeerAddress.isDirectory(targets.getFirst())) {
            parser.refuse(Verb.CONNECTING, Verb.NO_WIRE);
        }
        Verbosity verbosity = Verbosity.of(judge, flags, verb);
        RunSettings settings = RunSettings.of(judge, flags, verb, verbosity);
        List<Runs.Run> runs = new ArrayList<>();
        for (Argument target : targets) {
            runs.add(new Runs.Run(source, target, settings.options(), step(settings, source, target)));
        }
        return new Runs(verb, verb.ending(settings), runs, verbosity);
    }

    private Runs.Step step(RunSettings settings, Argument source, Argument target) throws UsageError {
        return switch (verb) {
            case PUSH -> settings.over(Mode.PUSH, source.path(), PeerAddress.parse(judge, target));
            case PULL -> settings.over(Mode.PULL, target.path(), PeerAddress.parse(judge, source));
            case COPY -> settings.here(path(source), path(target));
            case DIFF, VERIFY ->
                PeerAddress.isDirectory(target)
                        ? settings.here(source.path(), target.path())
                        : settings.over(Mode.PUSH, source.path(), PeerAddress.parse(judge, target));
        };
    }

    /** Of a copy. What other commands take for a peer is refused, and no file of that name made. */
    private Path path(Argument typed) throws UsageError {
        if (PeerAddress.isLocal(typed)) {
            throw judge.refusal(
                    "a peer has no place here, it takes two local paths (" + typed + ")",
                    "zsync push DIR local:DIR goes through a node in this process; a file of this name is ./" + typed
                            + ".");
        }
        return typed.path();
    }
}
