package io.zsync.tests.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zsync.node.api.FailureKind;
import io.zsync.node.api.PeerTree;
import io.zsync.node.api.RunFailure;
import io.zsync.node.api.RunReport;
import io.zsync.protocol.Comparison;
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
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Three nodes that change their trees, push and pull, are killed and cut off, in any order, against a model: after each
 * step every path of every tree is what its owner or a run that may has made of it. Each sequence has a seed of its own.
 */
class ThreeNodesIT {
    private static final List<Protection> LEVELS = List.of(Protection.values());
    private static final int SEQUENCES = Machine.LONG ? 1_000 : 8;
    private static final int STEPS = 10;
    private static final int NODES = 3;
    /** In so many sequences each fault befalls one run for certain; those that need a new process come only so. */
    private static final long EVERY = 16;

    private static final Deletion DELETE = new Deletion(true, Deletion.NONE.limit(), Deletion.NONE.backup());

    @RegisterExtension
    final Workspace work = new Workspace();

    private final List<Member> members = new ArrayList<>();
    private final List<String> record = new ArrayList<>();
    private final Map<String, Integer> counts = new TreeMap<>();
    private Random random = new Random(0);

    /** What happens to a run. */
    private enum Fault {
        NONE,
        CUT,
        RESET,
        SERVER_KILLED,
        INITIATOR_KILLED
    }

    /** One of the three: it serves its tree behind a wire that can be cut, and starts runs from this process. */
    private record Member(String name, Home home, OwnNode own, ServingNode serving, WireProxy wire, ModelTree tree) {
        String peer() {
            return name;
        }
    }

    @BeforeEach
    void meet() throws Exception {
        List<Integer> ports = freePorts();
        List<OwnNode> own = new ArrayList<>();
        List<Home> homes = new ArrayList<>();
        List<WireProxy> wires = new ArrayList<>();
        for (int i = 0; i < NODES; i++) {
            homes.add(new Home(Host.HERE, work.path("home" + i)));
            own.add(OwnNode.of(homes.get(i), 0));
            wires.add(WireProxy.forgetful(Host.HERE.ipv4(), ports.get(i)));
        }
        for (OwnNode node : own) {
            for (int i = 0; i < NODES; i++) {
                if (own.get(i) != node) {
                    node.know("n" + i, own.get(i).id(), wires.get(i).port());
                }
            }
        }
        for (int i = 0; i < NODES; i++) {
            Path tree = Files.createDirectory(work.path("tree" + i));
            ServingNode serving =
                    ServingNode.startUnder(List.of(), homes.get(i), ports.get(i), "--share", "default=" + tree + ":rw");
            members.add(new Member("n" + i, homes.get(i), own.get(i), serving, wires.get(i), new ModelTree(tree, i)));
        }
    }

    private static List<Integer> freePorts() throws IOException {
        List<Integer> ports = new ArrayList<>();
        try (ServerSocket first = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                ServerSocket second = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                ServerSocket third = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            List.of(first, second, third).forEach(socket -> ports.add(socket.getLocalPort()));
        }
        return ports;
    }

    @AfterEach
    void part() {
        for (Member member : members) {
            member.serving().close();
            member.wire().close();
            member.own().close();
        }
    }

    @Test
    void noPathIsLostOrChangedButByARunThatMay() throws Exception {
        Long only = Long.getLong("zsync.seed");
        Random seeds = new Random();
        long start = System.nanoTime();
        int most = only == null ? SEQUENCES : 1;
        for (int i = 0; i < most; i++) {
            long seed = only == null ? (seeds.nextLong() & -EVERY) | (i % EVERY) : only;
            try {
                sequence(seed);
            } catch (AssertionError | Exception e) {
                throw new AssertionError(
                        "sequence of seed " + seed + " fails at its step " + record.size() + ":\n"
                                + String.join("\n", record),
                        e);
            }
            if (i % 50 == 49 || i + 1 == most) {
                System.out.println("ThreeNodes: " + (i + 1) + " sequences in " + (System.nanoTime() - start) / 1_000_000
                        + " ms, 0 losses: " + counts);
            }
        }
        if (only == null) {
            assertTrue(count("done") > 2 * SEQUENCES, "runs went well");
            for (Fault fault : Fault.values()) {
                assertTrue(fault == Fault.NONE || count(fault + " fired") > 0, () -> fault + " never fired");
            }
        }
    }

    private int count(String what) {
        return counts.getOrDefault(what, 0);
    }

    private void counted(String what) {
        counts.merge(what, 1, Integer::sum);
    }

    private void sequence(long seed) throws Exception {
        random = new Random(seed);
        record.clear();
        for (Member member : members) {
            member.tree().seed(random);
            member.tree().clear();
            for (int i = 0; i < 8; i++) {
                record.add(member.name() + ": " + member.tree().change());
            }
        }
        for (int step = 0; step < STEPS; step++) {
            int certain = (int) Math.floorMod(seed, EVERY);
            if (step == STEPS / 2 && certain > 0 && certain < Fault.values().length) {
                runUntilStruck(Fault.values()[certain]);
            } else if (random.nextInt(10) < 4) {
                int drawn = random.nextInt(6);
                long most = random.nextBoolean() ? 8_000 : 400_000;
                run(drawn < 4 ? Fault.NONE : drawn < 5 ? Fault.CUT : Fault.RESET, most);
            } else {
                Member member = members.get(random.nextInt(NODES));
                record.add(member.name() + ": " + member.tree().change());
            }
            assertNothingLost();
        }
        // Whatever happened, one run each makes all three alike, and leaves nothing behind.
        Member first = members.getFirst();
        for (Member member : members.subList(1, NODES)) {
            run(Mode.PUSH, first, member, true, Fault.NONE, Long.MAX_VALUE);
            assertNothingLost();
            if (!first.tree().nodes().isEmpty()) {
                Trees.assertNothingStaged(member.tree().root());
            }
        }
    }

    /** Most of a session's bytes are its handshake, unless a large file is among them. */
    private void runUntilStruck(Fault fault) throws Exception {
        int before = count(fault + " fired");
        for (long most = 200_000; count(fault + " fired") == before; most = Math.max(2_000, most / 10)) {
            run(fault, most);
            assertNothingLost();
        }
    }

    /** @param most bytes that pass before the fault */
    private void run(Fault fault, long most) throws Exception {
        int one = random.nextInt(NODES);
        Member initiator = members.get(one);
        Member server = members.get((one + random.nextInt(1, NODES)) % NODES);
        run(
                random.nextBoolean() ? Mode.PUSH : Mode.PULL,
                initiator,
                server,
                random.nextInt(3) == 0,
                fault,
                random.nextLong(1_000, most));
    }

    private void run(Mode mode, Member initiator, Member server, boolean delete, Fault fault, long bytes)
            throws Exception {
        ModelTree source = (mode == Mode.PUSH ? initiator : server).tree();
        ModelTree target = (mode == Mode.PUSH ? server : initiator).tree();
        Protection level = LEVELS.get(random.nextInt(LEVELS.size()));
        record.add(initiator.name() + ": " + mode + " " + server.name() + (delete ? " --delete " : " ") + level
                + (fault == Fault.NONE ? "" : ", " + fault + " after " + bytes + " bytes"));
        Map<String, ModelTree.Node> sent = source.nodes();
        Map<String, ModelTree.Node> after = target.after(sent, delete);
        boolean isGood = fault == Fault.INITIATOR_KILLED
                ? runAndKill(mode, initiator, server, delete, level, bytes)
                : runHere(mode, initiator, server, options(delete), level, fault, bytes, target.inTheWayOf(sent));
        if (isGood && !(delete && sent.isEmpty())) {
            target.adopt(after);
        } else {
            Trees.awaitUnlocked(target.root());
            assertEquals(List.of(), target.adoptEither(after), "losses in a run that was cut");
        }
        if (!server.serving().isAlive()) {
            server.serving().restart();
        }
    }

    private static RunOptions options(boolean delete) {
        return new RunOptions(
                false,
                false,
                false,
                Durability.BATCH,
                new Transfer(PathPolicy.AUTO, 2, false, 0),
                Comparison.BY_TIME,
                Selection.ALL,
                Preservation.ARCHIVE,
                delete ? DELETE : Deletion.NONE);
    }

    /** @return whether it went to its end */
    private boolean runHere(
            Mode mode,
            Member initiator,
            Member server,
            RunOptions options,
            Protection level,
            Fault fault,
            long bytes,
            long inTheWay)
            throws InterruptedException {
        WireProxy wire = server.wire();
        int firedBefore = wire.fired();
        switch (fault) {
            case CUT -> wire.failAfter(bytes, WireProxy.Fault.CLOSE);
            case RESET -> wire.failAfter(bytes, WireProxy.Fault.RESET);
            case SERVER_KILLED -> wire.whenPassed(bytes, () -> server.serving().kill9());
            case NONE, INITIATOR_KILLED -> {}
        }
        PeerTree peer = OwnNode.share(server.peer(), PeerTree.Remote.DEFAULT_SHARE);
        try {
            RunReport report;
            try {
                report = initiator.own().run(mode, initiator.tree().root(), peer, options, level);
            } catch (RunFailure held) {
                // An initiator is done a moment before its responder lets go.
                if (held.kind() != FailureKind.TARGET_LOCKED) {
                    throw held;
                }
                counted("still held");
                Trees.awaitUnlocked(
                        (mode == Mode.PUSH ? server : initiator).tree().root());
                report = initiator.own().run(mode, initiator.tree().root(), peer, options, level);
            }
            assertEquals(
                    options.deletion().enabled() || inTheWay == 0
                            ? Map.of()
                            : Map.of(ProblemCode.DIRECTORY_IN_THE_WAY, inTheWay),
                    report.problems(),
                    () -> initiator.own().events().toString());
            counted("done");
            return true;
        } catch (RunFailure failure) {
            record.add("  " + failure.kind() + ": " + failure.getMessage());
            boolean halted = failure.kind() == FailureKind.SAFETY_HALT
                    && options.deletion().enabled();
            if (!halted && wire.fired() == firedBefore) {
                throw new AssertionError("it failed by itself", failure);
            }
            counted(halted ? "halted" : "failed");
            return false;
        } finally {
            wire.calm();
            if (wire.fired() > firedBefore) {
                counted(fault + " fired");
            }
        }
    }

    /** As a process, whose end is seen by the server only. */
    private boolean runAndKill(Mode mode, Member initiator, Member server, boolean delete, Protection level, long bytes)
            throws InterruptedException {
        WireProxy wire = server.wire();
        int firedBefore = wire.fired();
        List<Object> words = new ArrayList<>(List.of("--protect", level.name().toLowerCase(Locale.ROOT)));
        if (delete) {
            words.add("--delete");
        }
        words.addAll(
                mode == Mode.PUSH
                        ? List.of(initiator.tree().root(), server.peer())
                        : List.of(server.peer(), initiator.tree().root()));
        words.addFirst(mode == Mode.PUSH ? "push" : "pull");
        try (Command.Running process = initiator.home().zsync(words.toArray()).start()) {
            wire.whenPassed(bytes, process::kill);
            Outcome outcome = process.end();
            wire.calm();
            boolean killed = wire.fired() > firedBefore;
            record.add("  exit " + outcome.code());
            assertTrue(
                    killed
                            ? List.of(137, 0, 23, 41).contains(outcome.code())
                            : List.of(0, 23, 41).contains(outcome.code()),
                    outcome::toString);
            counted(killed ? Fault.INITIATOR_KILLED + " fired" : "done");
            return outcome.code() == 0;
        }
    }

    private void assertNothingLost() throws IOException {
        List<String> losses = new ArrayList<>();
        for (Member member : members) {
            losses.addAll(member.tree().losses());
        }
        assertEquals(List.of(), losses, "losses");
    }
}
