package io.zsync.tests.system;

import static org.awaitility.Awaitility.await;

import io.zsync.node.Node;
import io.zsync.node.api.PeerTree;
import io.zsync.node.trust.ConfigFolder;
import io.zsync.protocol.Mode;
import io.zsync.protocol.RelativePath;
import io.zsync.tests.system.KillPoints.Point;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A serving node and who runs with it; one of the two is traced, and struck. For one thread. */
final class TracedPair implements AutoCloseable {
    private final Workspace work;
    private final TwoVersions versions;
    private final Path target;
    private final boolean push;
    private final boolean tracesNode;
    private final List<String> more;
    private final Home server;
    private final Home client;
    private ServingNode node;

    /**
     * @param target restored already
     * @param more options of each run
     */
    TracedPair(Workspace work, TwoVersions versions, Path target, boolean push, boolean tracesNode, List<String> more) {
        this.work = work;
        this.versions = versions;
        this.target = target;
        this.push = push;
        this.tracesNode = tracesNode;
        this.more = List.copyOf(more);
        server = new Home(Host.HERE, work.path("server"), QuickStart.withOneCompiler());
        client = new Home(Host.HERE, work.path("client"), QuickStart.withOneCompiler());
        server.admit("client", client);
        node = ServingNode.start(
                server, "--share", push ? "default=" + target + ":rw,owner" : "default=" + versions.source() + ":ro");
        client.reach("server", node.id(), Host.HERE.endpoint4(node.port()));
    }

    ServingNode node() {
        return node;
    }

    private boolean tracesReceiver() {
        return push == tracesNode;
    }

    private Command run(List<String> before) {
        List<Object> words = new ArrayList<>(List.of(push ? "push" : "pull", "--streams", "1"));
        words.addAll(List.of("--retries", "0"));
        words.addAll(more);
        words.addAll(versions.options());
        words.addAll(push ? List.of(versions.source(), "server") : List.of("server", target));
        return client.zsync(before, words.toArray());
    }

    /** Where the traced one can be struck. */
    List<Point> points(Random random) throws Exception {
        Path trace = work.path("trace");
        if (tracesNode) {
            try (Command.Running strace = attach(KillPoints.counting(trace, node.pid()))) {
                run(List.of()).run().exits(0);
                // It lets the node go, and has written all of it down.
                strace.terminate();
                strace.end();
            }
        } else {
            run(KillPoints.counting(trace)).run().exits(0);
        }
        return KillPoints.of(trace, List.of(tracesReceiver() ? target : versions.source()), random);
    }

    private static Command.Running attach(List<String> strace) {
        Command.Running running = Command.of(strace).start();
        await().atMost(Duration.ofSeconds(60)).until(() -> running.err().contains("attached"));
        return running;
    }

    /**
     * A run whose traced end is struck, if it comes to the point; where the node has ended before, it is started again.
     *
     * @param both kill -9 for the other end as soon as the traced one is gone
     * @return how the client ended; nobody holds the target any more
     */
    Outcome strike(Strike strike, boolean both) throws IOException {
        if (!node.isAlive()) {
            node.restart();
        }
        Outcome outcome =
                tracesNode ? strikeNode(strike, both) : run(strike.strace()).run();
        if (!tracesNode && both && outcome.code() != 0) {
            node.kill9();
        }
        // A node that lives publishes what is complete before it lets go.
        Trees.awaitUnlocked(target);
        return outcome;
    }

    private Outcome strikeNode(Strike strike, boolean both) throws IOException {
        try (Command.Running strace = attach(strike.strace(node.pid()));
                Command.Running running = run(List.of()).start()) {
            CompletableFuture.anyOf(running.ended(), node.ended()).join();
            if (both && !node.isAlive()) {
                running.kill();
            }
            Outcome outcome = running.end();
            if (strike.at().isPresent()) {
                // To let go of a process that is about to end may take strace for ever.
                node.ended().orTimeout(60, TimeUnit.SECONDS).join();
            } else {
                strace.terminate();
            }
            strace.end();
            return outcome;
        }
    }

    /** With the node that has seen its peer go; where it went itself, without. */
    void assertNextRunConverges(String when) throws Exception {
        if (!node.isAlive()) {
            versions.assertNextRunConverges(target, when);
            return;
        }
        Map<String, String> environment = Map.of("ZSYNC_HOME", client.folder().toString());
        try (Node warm = new Node(ConfigFolder.of(environment, ""))) {
            PeerTree peer = new PeerTree.Remote("server", PeerTree.Remote.DEFAULT_SHARE, RelativePath.ROOT);
            versions.assertNextRunConverges(
                    warm, push ? Mode.PUSH : Mode.PULL, push ? versions.source() : target, peer, target, when);
        }
    }

    @Override
    public void close() {
        node.close();
    }
}
