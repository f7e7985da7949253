package io.zsync.tests.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zsync.node.api.Event;
import io.zsync.node.api.PeerTree;
import io.zsync.node.api.RunFailure;
import io.zsync.node.api.RunReport;
import io.zsync.protocol.Comparison;
import io.zsync.protocol.DataPath;
import io.zsync.protocol.Deletion;
import io.zsync.protocol.Durability;
import io.zsync.protocol.Mode;
import io.zsync.protocol.PathPolicy;
import io.zsync.protocol.Preservation;
import io.zsync.protocol.ProblemCode;
import io.zsync.protocol.Protection;
import io.zsync.protocol.RunOptions;
import io.zsync.protocol.Selection;
import io.zsync.protocol.Transfer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * A source that never holds still, under every way to move it. What is published is a state that the file had, between two
 * system calls of who writes it, with the time that it had then. Two things are counted apart, because nothing moves that
 * anybody could look at: a store through a map, and the rest of a call that had set its time before the scan looked.
 */
class MutatedSourceIT {
    private static final int MUTATIONS = Machine.LONG ? 100_000 : 1_500;
    /** At least so many; there are 94 ways. */
    private static final int RUNS = Machine.LONG ? 100 : 12;

    private static final int THREADS = 2;
    private static final Set<ProblemCode> EXPECTED = Set.of(ProblemCode.SOURCE_CHANGED, ProblemCode.SOURCE_VANISHED);

    @RegisterExtension
    final Workspace work = new Workspace();

    private final List<MutatedFile> files = new ArrayList<>();
    private final List<StoredFile> stored = new ArrayList<>();
    private final Map<MutatedFile.Verdict, Integer> verdicts = new EnumMap<>(MutatedFile.Verdict.class);
    private final Map<ProblemCode, Long> problems = new TreeMap<>();
    /** Inode and ctime of what was judged. */
    private final Map<Path, String> judged = new HashMap<>();

    private long seed;
    private Path source;
    private Home client;
    private int runs;
    private int runsInVain;
    private long bytesInVain;
    private int tornByStores;
    private int processes;

    /** One way to bring the source somewhere. */
    private record Way(
            @Nullable Mode mode,
            PeerTree peer,
            Path from,
            Path target,
            RunOptions options,
            @Nullable Protection level,
            @Nullable DataPath path) {}

    @BeforeEach
    void makeTree() throws IOException {
        seed = Long.getLong("zsync.seed", new Random().nextLong());
        System.out.println("MutatedSource: seed " + seed);
        source = work.path("source");
        work.make("mkdir -p source/{packed,chunked,large,stored} spare pushed shared pulled copied");
        for (int i = 0; i < 16; i++) {
            add("packed", 1_984, 24);
        }
        for (int i = 0; i < 8; i++) {
            add("chunked", 65_600, 16);
        }
        add("large", 1_000_000, 12);
        for (int i = 0; i < 3; i++) {
            stored.add(new StoredFile(source.resolve("stored/" + i), 1_000 + i, 65_600, 8));
        }
        client = new Home(Host.HERE, work.path("client"));
    }

    private void add(String folder, int unit, int most) throws IOException {
        int number = files.size() + 1;
        String name = Integer.toString(number);
        files.add(
                new MutatedFile(source.resolve(folder).resolve(name), work.path("spare/" + name), number, unit, most));
    }

    @Test
    void nothingIsPublishedThatNeverExisted() throws Exception {
        Home server = new Home(Host.HERE, work.path("server"));
        server.admit("client", client);
        try (ServingNode serving = ServingNode.start(
                        server,
                        "--share",
                        "source=" + source + ":ro",
                        "--share",
                        "shared=" + work.path("shared") + ":rw");
                OwnNode own = OwnNode.of(client, 0)) {
            client.reach("server", serving.id(), Host.HERE.endpoint4(serving.port()));
            List<Way> ways = ways();
            Collections.shuffle(ways, new Random(seed));
            Mutators mutators = new Mutators(files, stored, seed, THREADS);
            long start = System.nanoTime();
            try (mutators) {
                for (int i = 0; i < RUNS || mutators.mutations() < MUTATIONS; i++) {
                    run(own, ways.get(i % ways.size()));
                    if (i % 40 == 10) {
                        runAProcess();
                    }
                    mutators.paused(this::judge);
                }
            }
            print(mutators, (System.nanoTime() - start) / 1_000_000);
            assertTrue(serving.isAlive(), serving::log);
            assertConverges(own);
        }
        assertEquals(0, verdicts.getOrDefault(MutatedFile.Verdict.NEVER_EXISTED, 0), "states that never existed");
        assertTrue(verdicts.getOrDefault(MutatedFile.Verdict.EXISTED, 0) > runs, "published in spite of it");
        assertTrue(problems.getOrDefault(ProblemCode.SOURCE_CHANGED, 0L) > 0, "some changed at every attempt");
        assertTrue(problems.getOrDefault(ProblemCode.SOURCE_VANISHED, 0L) > 0, "some were gone");
        assertTrue(runsInVain > runs / 6, "many were hit in transfer, and sent again");
        assertEquals(
                "",
                Command.script("find . \"$1\" -name 'hs_err*'", work.path("")).output(),
                "a JVM died");
    }

    /** All of them, each also with checksums. */
    private List<Way> ways() {
        List<Way> ways = new ArrayList<>();
        for (Comparison comparison : List.of(Comparison.BY_TIME, Comparison.BY_CHECKSUM)) {
            for (Protection level : Protection.values()) {
                for (PathPolicy policy : PathPolicy.values()) {
                    if (level != Protection.PRIVATE || policy != PathPolicy.SENDFILE) {
                        addWires(ways, options(policy, false, comparison), level);
                    }
                }
                addWires(ways, options(PathPolicy.AUTO, true, comparison), level);
            }
            RunOptions options = options(PathPolicy.AUTO, false, comparison);
            for (DataPath path : DataPath.values()) {
                // Memory shares no blocks.
                DataPath only = path == DataPath.CLONE ? null : path;
                ways.add(new Way(null, new PeerTree.Local(source), source, work.path("copied"), options, null, only));
            }
        }
        return ways;
    }

    private void addWires(List<Way> ways, RunOptions options, Protection level) {
        Path pushed = work.path("pushed");
        ways.add(new Way(Mode.PUSH, new PeerTree.Local(pushed), source, pushed, options, level, null));
        ways.add(new Way(
                Mode.PUSH, OwnNode.share("server", "shared"), source, work.path("shared"), options, level, null));
        Path pulled = work.path("pulled");
        ways.add(new Way(Mode.PULL, OwnNode.share("server", "source"), pulled, pulled, options, level, null));
    }

    private static RunOptions options(PathPolicy policy, boolean compress, Comparison comparison) {
        return new RunOptions(
                false,
                false,
                false,
                Durability.NONE,
                new Transfer(policy, 2, compress, 0),
                comparison,
                Selection.ALL,
                Preservation.ARCHIVE,
                Deletion.NONE);
    }

    private void run(OwnNode own, Way way) throws RunFailure {
        RunReport report = way.mode() == null
                ? own.copy(way.from(), way.target(), way.path(), way.options())
                : own.run(way.mode(), way.from(), way.peer(), way.options(), way.level());
        runs++;
        long moved = report.bytesByPath().values().stream()
                .mapToLong(Long::longValue)
                .sum();
        long inVain = moved - report.tally().bytes();
        if (!way.options().transfer().compress() && inVain > 0) {
            runsInVain++;
            bytesInVain += inVain;
        }
        report.problems().forEach((code, count) -> problems.merge(code, count, Long::sum));
        assertTrue(EXPECTED.containsAll(report.problems().keySet()), () -> way + ": " + own.events());
        assertEquals(
                report.problems().values().stream().mapToLong(Long::longValue).sum(),
                own.events().stream().filter(Event.ProblemMet.class::isInstance).count(),
                "each is named");
        Trees.assertNothingStaged(way.target());
    }

    /** With exit codes. */
    private void runAProcess() {
        Outcome outcome = client.zsync("push", "-c", "--protect", "safe", source, "server/shared")
                .run();
        assertTrue(outcome.code() == 0 || outcome.code() == 24, outcome::toString);
        processes++;
    }

    private void judge() throws IOException {
        for (String target : List.of("pushed", "shared", "pulled", "copied")) {
            for (MutatedFile file : files) {
                Path copy = work.path(target).resolve(source.relativize(file.path()));
                if (isNew(copy)) {
                    MutatedFile.Verdict verdict = file.judge(copy);
                    verdicts.merge(verdict, 1, Integer::sum);
                    if (verdict != MutatedFile.Verdict.EXISTED) {
                        System.out.println(
                                "MutatedSource: " + verdict + " in run " + runs + ": " + file.describe(copy));
                    }
                }
            }
            for (StoredFile file : stored) {
                Path copy = work.path(target).resolve(source.relativize(file.path()));
                tornByStores += isNew(copy) && !file.isWholeIn(copy) ? 1 : 0;
            }
        }
        files.forEach(MutatedFile::forget);
    }

    private boolean isNew(Path copy) throws IOException {
        if (!Files.exists(copy)) {
            return false;
        }
        String state = Files.getAttribute(copy, "unix:ino") + " " + Files.getAttribute(copy, "unix:ctime");
        return !state.equals(judged.put(copy, state));
    }

    /** Nothing changes any more but by stores: those only a reading of all shows, and a push that compares by it. */
    private void assertConverges(OwnNode own) throws RunFailure {
        Path pushed = work.path("pushed");
        PeerTree peer = new PeerTree.Local(pushed);
        RunOptions byContent = options(PathPolicy.AUTO, false, Comparison.BY_CHECKSUM);
        // What the source has not at the moment.
        work.make("cd source; find . -type f | sort >../names; cd ../pushed;"
                + " find . -type f | sort | comm -13 ../names - | xargs -r rm");
        assertEquals(
                0,
                own.run(Mode.PUSH, source, peer, byContent, Protection.SAFE)
                        .tally()
                        .failed());
        Trees.assertMirrors(source, pushed);

        Random random = new Random(seed);
        stored.forEach(file -> file.store(random));
        RunReport byTime =
                own.run(Mode.PUSH, source, peer, options(PathPolicy.AUTO, false, Comparison.BY_TIME), Protection.SAFE);
        Outcome verified = Checkout.zsync("verify", "-i", source, pushed).run();

        System.out.println("MutatedSource: after a store into each mapped file a push by time changed "
                + byTime.tally().changed() + ", verify: " + verified.out());
        verified.exits(40);
        for (StoredFile file : stored) {
            assertTrue(verified.out().contains(source.relativize(file.path()).toString()), verified::toString);
        }
        assertEquals(
                stored.size(),
                own.run(Mode.PUSH, source, peer, byContent, Protection.SAFE)
                        .tally()
                        .changed());
        Trees.assertMirrors(source, pushed);
    }

    private void print(Mutators mutators, long millis) {
        Map<MutatedFile.Mutation, Integer> kinds = new TreeMap<>();
        files.forEach(file -> file.mutations().forEach((kind, count) -> kinds.merge(kind, count, Integer::sum)));
        System.out.println("MutatedSource: " + mutators.mutations() + " mutations by " + mutators.calls()
                + " system calls " + kinds + " and " + mutators.stores() + " stores, " + runs + " runs and " + processes
                + " processes in " + millis + " ms; published " + verdicts + ", problems " + problems + ", "
                + runsInVain
                + " runs sent " + bytesInVain + " bytes in vain; " + tornByStores + " torn by stores");
    }
}
