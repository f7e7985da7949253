package io.zsync.tests.system;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What {@code zsync -HAX --delete} makes of a tree is what {@code rsync -aHAX --numeric-ids --delete} makes of it from
 * the same state of the target. Where rsync leaves something other than the source has, zsync may leave what the source
 * has. Files without data take no blocks; rsync, without {@code -S}, is no measure for that, so the source is.
 */
class DifferentialIT {
    private static final int TREES = Machine.LONG ? 300 : 5;
    private static final int MUTATIONS = 3;
    /** Fixed, so that these are always the same trees; another one makes others. */
    private static final long SEED = Long.getLong("zsync.seed", 4);

    private static final int LINES = 25;
    private static final int DONE = 0;
    /** 23 too: it looks for the default ACL of a directory where a file is by now, and is refused. */
    private static final Set<Integer> RSYNC_CODES = Set.of(0, 23);

    private static int runs;
    private static int paths;
    private static int nearerThanRsync;

    @RegisterExtension
    static final Workspace work = new Workspace();

    private static Home client;
    private static ServingNode node;

    private Path source;
    private Path target;
    private Path reference;

    /** How a tree gets to its target. */
    private enum Way {
        PUSH_HERE,
        COPY,
        PUSH_TO_A_NODE,
        PULL_HERE,
        PULL_FROM_A_NODE;

        /** Half of all are pushed here or copied. */
        static Way of(int number) {
            return number % 2 == 0 ? values()[number / 2 % 2] : values()[2 + number / 2 % 3];
        }
    }

    static Stream<Integer> trees() {
        Integer one = Integer.getInteger("zsync.tree");
        return one == null ? IntStream.range(0, TREES).boxed() : Stream.of(one);
    }

    @BeforeAll
    static void serve() {
        Machine.needsRoot("to make devices and to give files away");
        for (String tool : List.of("rsync", "getfattr", "tar")) {
            Machine.needs(tool);
        }
        work.make("mkdir share");
        Home server = new Home(Host.HERE, work.path("server"));
        client = new Home(Host.HERE, work.path("client"));
        server.admit("client", client, "default=read,write,delete");
        node = ServingNode.start(server, "--share", "default=" + work.path("share") + ":rw,owner");
        client.reach("node", node.id(), Host.HERE.endpoint4(node.port()));
    }

    @BeforeEach
    void nameTheTrees() {
        source = work.path("share/source");
        target = work.path("share/target");
        reference = work.path("reference");
        work.make("rm -rf share/* reference");
    }

    @AfterAll
    static void tell() {
        if (node != null) {
            node.close();
            System.out.println("Differential: seed " + SEED + ", " + runs + " runs, " + paths + " paths; at "
                    + nearerThanRsync + " of them zsync left what the source has, rsync did not");
        }
    }

    @ParameterizedTest(name = "tree {0}")
    @MethodSource("trees")
    void theTargetIsWhatRsyncMakesOfTheSameTree(int number) {
        replay(number, () -> zsync(Way.of(number)), Set.of(DONE));
    }

    /** The trees are such that rsync can replicate them, and what is compared comes out the same twice. */
    @ParameterizedTest(name = "tree {0}")
    @ValueSource(ints = {0, 1, 2, 3, 4, 5})
    void rsyncItselfPasses(int number) {
        replay(number, () -> rsync(source, target, "--sparse"), RSYNC_CODES);
    }

    private void replay(int number, Supplier<Outcome> replicate, Set<Integer> codes) {
        long seed = SEED * 1_000 + number;
        RandomTree trees = new RandomTree(seed);
        Random random = new Random(seed);
        TreeModel tree = trees.make();
        switch (random.nextInt(3)) {
            case 0 -> makeBothTargets(trees.mutate(tree));
            case 1 -> makeBothTargets(trees.make());
            default -> {} // Neither is there.
        }
        for (int round = 0; round <= MUTATIONS; round++) {
            if (round > 0 && random.nextInt(4) == 0) {
                // Somebody else was at work on the target.
                makeBothTargets(trees.mutate(tree));
            }
            if (round > 0) {
                tree = trees.mutate(tree);
            }
            TreeArchive.make(tree, source);
            Outcome theirs = rsync(source, reference);
            Outcome ours = replicate.get();
            compare(
                    "tree " + number + " of seed " + SEED + ", " + Way.of(number) + ", after " + round
                            + " mutations; alone: -Dit.test=DifferentialIT -Dzsync.seed=" + SEED + " -Dzsync.tree="
                            + number
                            + "\nzsync: " + ours + "\nrsync: " + theirs,
                    codes.contains(ours.code()));
        }
    }

    private void makeBothTargets(TreeModel tree) {
        TreeArchive.make(tree, target);
        TreeArchive.make(tree, reference);
    }

    private static Outcome rsync(Path from, Path to, String... more) {
        List<String> words = new ArrayList<>(List.of("timeout", "60", "rsync", "-aHAX", "--numeric-ids", "--delete"));
        words.addAll(List.of(more));
        words.addAll(List.of(from + "/", to + "/"));
        Outcome outcome = Command.of(words).run();
        assertTrue(RSYNC_CODES.contains(outcome.code()), outcome::toString);
        return outcome;
    }

    private Outcome zsync(Way way) {
        List<Object> words = new ArrayList<>();
        words.add(
                switch (way) {
                    case PUSH_HERE, PUSH_TO_A_NODE -> "push";
                    case COPY -> "copy";
                    case PULL_HERE, PULL_FROM_A_NODE -> "pull";
                });
        words.addAll(List.of("-H", "-A", "-X", "--delete", "--max-delete", "100%"));
        switch (way) {
            case COPY -> words.addAll(List.of(source, target));
            case PUSH_HERE -> words.addAll(List.of(source, "local:" + target));
            case PUSH_TO_A_NODE -> words.addAll(List.of(source, "node/default/target"));
            case PULL_HERE -> words.addAll(List.of("local:" + source, target));
            case PULL_FROM_A_NODE -> words.addAll(List.of("node/default/source", target));
        }
        return client.zsync(words.toArray()).run();
    }

    private void compare(String what, boolean rightCode) {
        Listing wanted = Listing.of(source);
        Listing expected = Listing.of(reference);
        Listing actual = Listing.of(target);
        List<String> nearer = new ArrayList<>();
        List<String> differences = expected.differences(actual, wanted, nearer::add);
        runs++;
        paths += actual.size();
        nearerThanRsync += nearer.size();
        assertTrue(
                differences.isEmpty() && rightCode,
                () -> what + "\n" + differences.size() + " differences (what rsync left / what zsync left):\n"
                        + String.join("\n", differences.subList(0, Math.min(LINES, differences.size()))));
        if (!nearer.isEmpty()) {
            // The next round begins with the same target again.
            work.make("rm -rf reference");
            rsync(target, reference);
        }
    }
}
