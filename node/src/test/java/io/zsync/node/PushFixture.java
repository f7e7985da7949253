package io.zsync.node;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.zsync.node.api.CopyRequest;
import io.zsync.node.api.Event;
import io.zsync.node.api.EventSink;
import io.zsync.node.api.PeerTree;
import io.zsync.node.api.RunFailure;
import io.zsync.node.api.RunReport;
import io.zsync.node.api.RunRequest;
import io.zsync.node.fs.Directory;
import io.zsync.node.fs.LinuxRoot;
import io.zsync.protocol.Comparison;
import io.zsync.protocol.Credits;
import io.zsync.protocol.DataPath;
import io.zsync.protocol.Deletion;
import io.zsync.protocol.Durability;
import io.zsync.protocol.Mode;
import io.zsync.protocol.Name;
import io.zsync.protocol.PathPolicy;
import io.zsync.protocol.Preservation;
import io.zsync.protocol.Protection;
import io.zsync.protocol.RelativePath;
import io.zsync.protocol.RunOptions;
import io.zsync.protocol.Selection;
import io.zsync.protocol.Transfer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A source tree, a place for its replica, and a node between them. */
abstract class PushFixture {
    static final Duration PATIENCE = Duration.ofSeconds(25);

    @TempDir
    Path temp;

    Path source;
    Path target;
    final Node node = new Node();
    final List<Event> events = Collections.synchronizedList(new ArrayList<>());

    Mode mode = Mode.PUSH;
    /** Source and target are given to one run of one process, which needs no peer. */
    boolean local;
    /** Of a local run, where no wire knows it. */
    @Nullable
    DataPath localPath;

    boolean dryRun;
    Durability durability = Durability.NONE;
    PathPolicy dataPath = PathPolicy.AUTO;
    Credits credits = Credits.DEFAULT;
    Duration timeout = Duration.ofSeconds(30);
    int streams = 3;
    boolean compress;
    long bytesPerSecond;
    Protection protection = Protection.CLEAR;
    Comparison comparison = Comparison.BY_TIME;
    Selection selection = Selection.ALL;
    Preservation preservation = Preservation.ARCHIVE;
    Deletion deletion = Deletion.NONE;

    @BeforeEach
    void plant() throws IOException {
        source = Files.createDirectory(temp.resolve("source"));
        target = temp.resolve("target");
    }

    @AfterEach
    void uproot() {
        node.close();
    }

    RunRequest request() {
        RunOptions options = new RunOptions(
                dryRun,
                true,
                true,
                durability,
                new Transfer(dataPath, streams, compress, bytesPerSecond),
                comparison,
                selection,
                preservation,
                deletion);
        return mode == Mode.PUSH
                ? new RunRequest(mode, source, new PeerTree.Local(target), options, protection, timeout, 0, credits)
                : new RunRequest(mode, target, new PeerTree.Local(source), options, protection, timeout, 0, credits);
    }

    /** The run that the fields describe: over a connection, or without one. */
    RunReport run(Node by, EventSink sink) throws RunFailure {
        if (!local) {
            return by.run(request(), sink);
        }
        DataPath policy = dataPath == PathPolicy.AUTO ? null : DataPath.valueOf(dataPath.name());
        DataPath forced = localPath == null ? policy : localPath;
        return by.copy(new CopyRequest(source, target, forced, request().options()), sink);
    }

    RunReport push() {
        events.clear();
        return assertTimeoutPreemptively(PATIENCE, () -> run(node, events::add));
    }

    RunFailure pushFails() {
        events.clear();
        return assertTimeoutPreemptively(PATIENCE, () -> assertThrows(RunFailure.class, () -> run(node, events::add)));
    }

    /** Each changed path with what happened to it, sorted. */
    List<String> changes() {
        synchronized (events) {
            return events.stream()
                    .filter(Event.Changed.class::isInstance)
                    .map(event -> ((Event.Changed) event).change())
                    .map(change -> change.path() + " " + change.kind() + " " + change.action() + " "
                            + change.attributes() + " " + change.size())
                    .sorted()
                    .toList();
        }
    }

    List<String> problems() {
        synchronized (events) {
            return events.stream()
                    .filter(Event.ProblemMet.class::isInstance)
                    .map(Event.ProblemMet.class::cast)
                    .map(problem -> problem.path() + " " + problem.code())
                    .sorted()
                    .toList();
        }
    }

    Path file(String name, int length) throws IOException {
        byte[] bytes = new byte[length];
        new Random(name.hashCode()).nextBytes(bytes);
        Path file = source.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.write(file, bytes);
    }

    /** Sets times that no clock of the file system would choose; of a symlink its own. */
    static void setTime(Path path, long seconds, int nanos) throws IOException {
        try (LinuxRoot root = LinuxRoot.open(Objects.requireNonNull(path.getParent()));
                Directory parent = root.directory(RelativePath.ROOT)) {
            parent.member(Name.of(path.getFileName().toString())).setTime(seconds, nanos);
        }
    }

    static void run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).inheritIO().start();
        if (!process.waitFor(30, TimeUnit.SECONDS) || process.exitValue() != 0) {
            throw new IOException("failed: " + String.join(" ", command));
        }
    }
}
