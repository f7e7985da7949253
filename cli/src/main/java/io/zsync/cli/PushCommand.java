package io.zsync.cli;

import io.zsync.node.api.PeerTree;
import io.zsync.node.api.RunFailure;
import io.zsync.node.api.RunReport;
import io.zsync.node.api.RunRequest;
import io.zsync.protocol.Credits;
import io.zsync.protocol.Durability;
import io.zsync.protocol.Limits;
import io.zsync.protocol.Mode;
import io.zsync.protocol.PathPolicy;
import io.zsync.protocol.Protection;
import io.zsync.protocol.RunOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** {@code zsync push DIR PEER...}: raw flags become one validated request a peer; nothing runs before all are valid. */
final class PushCommand {
    private static final String HELP = "zsync push --help shows how it is typed.";
    private static final String LOCAL = "local:";
    private static final int MAX_TIMEOUT_SECONDS = 86_400;
    private static final int DEFAULT_TIMEOUT_SECONDS = 30;

    private final Argument source;
    private final List<Run> runs;
    private final Verbosity verbosity;

    private PushCommand(Argument source, List<Run> runs, Verbosity verbosity) {
        this.source = source;
        this.runs = List.copyOf(runs);
        this.verbosity = verbosity;
    }

    /** One peer's part. {@code peer} is as typed. */
    record Run(Argument peer, RunRequest request) {}

    static PushCommand parse(List<Argument> words) throws UsageError {
        PushFlags flags = new PushFlags();
        new FlagParser("push", flags, PushFlags.NOT_YET).parse(words);
        if (flags.words.isEmpty()) {
            throw new UsageError("push: DIR and PEER are missing", HELP);
        }
        if (flags.words.size() == 1) {
            throw new UsageError("push: PEER is missing (" + flags.words.getFirst() + ")", HELP);
        }
        Verbosity verbosity = Verbosity.of(flags);
        RunOptions options = new RunOptions(
                flags.dryRun,
                flags.verbose,
                flags.explain,
                !flags.noOwner,
                word("--durability", flags.durability, Durability.BATCH, Durability.values()),
                word("--data-path", flags.dataPath, PathPolicy.AUTO, PathPolicy.values()),
                number("--streams", flags.streams, defaultStreams(), Limits.STREAMS));
        Protection protection = protection(flags.protect);
        Duration timeout =
                Duration.ofSeconds(number("--timeout", flags.timeout, DEFAULT_TIMEOUT_SECONDS, MAX_TIMEOUT_SECONDS));
        Argument source = flags.words.getFirst();
        Path sourcePath = source.path();
        List<Run> runs = new ArrayList<>();
        for (Argument peer : flags.words.subList(1, flags.words.size())) {
            runs.add(new Run(
                    peer,
                    new RunRequest(
                            Mode.PUSH, sourcePath, target(peer), options, protection, timeout, 5, Credits.DEFAULT)));
        }
        return new PushCommand(source, runs, verbosity);
    }

    List<Run> runs() {
        return runs;
    }

    Verbosity verbosity() {
        return verbosity;
    }

    /** Runs one peer's part and shows it. */
    ExitCode execute(Run run, Engine engine, Console console, int terminalColumns) throws RunFailure {
        RunReport report;
        try (RunPrinter printer = new RunPrinter(console, verbosity, terminalColumns)) {
            report = engine.run(run.request(), printer);
        }
        if (!verbosity.quiet()) {
            console.tell(Summary.of(report, source.toString(), run.peer().toString()));
        }
        return ExitCode.of(report);
    }

    private static PeerTree target(Argument peer) throws UsageError {
        if (!peer.startsWith(LOCAL)) {
            throw new UsageError(
                    "push: this kind of peer is not available yet (" + peer + ")",
                    "local:DIR is a directory on this machine.");
        }
        Argument directory = peer.from(LOCAL.length());
        if (directory.isEmpty()) {
            throw new UsageError("push: local: names no directory (" + peer + ")", HELP);
        }
        return new PeerTree.Local(directory.path());
    }

    private static Protection protection(@Nullable Argument typed) throws UsageError {
        String word = typed == null ? "auto" : typed.text();
        return switch (word) {
            // Both ends of a local: peer are on loopback.
            case "auto", "clear" -> Protection.CLEAR;
            case "safe", "private" -> throw new UsageError("push --protect " + word + ": not available yet", HELP);
            default -> throw notOneOf("--protect", typed, "auto, clear, safe, private");
        };
    }

    private static <E extends Enum<E>> E word(String option, @Nullable Argument typed, E whenAbsent, E[] all)
            throws UsageError {
        if (typed == null) {
            return whenAbsent;
        }
        List<String> words = new ArrayList<>();
        for (E each : all) {
            String word = each.name().toLowerCase(Locale.ROOT);
            if (word.equals(typed.text())) {
                return each;
            }
            words.add(word);
        }
        throw notOneOf(option, typed, String.join(", ", words));
    }

    static UsageError notOneOf(String option, @Nullable Argument typed, String words) {
        return new UsageError("push " + option + " " + typed + ": not one of " + words, HELP);
    }

    private static int number(String option, @Nullable Argument typed, int whenAbsent, int max) throws UsageError {
        if (typed == null) {
            return whenAbsent;
        }
        String text = typed.text();
        boolean digits = !text.isEmpty() && text.length() < 10 && text.chars().allMatch(c -> c >= '0' && c <= '9');
        int number = digits ? Integer.parseInt(text) : 0;
        if (number < 1 || number > max) {
            throw new UsageError(
                    "push " + option + " " + typed + ": not a number from 1 to " + Quantity.count(max), HELP);
        }
        return number;
    }

    private static int defaultStreams() {
        return Math.min(4, Runtime.getRuntime().availableProcessors());
    }
}
