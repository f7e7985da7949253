package io.zsync.node.session;

import io.zsync.node.api.CopyRequest;
import io.zsync.node.api.Event;
import io.zsync.node.api.FailureKind;
import io.zsync.node.api.RunFailure;
import io.zsync.node.api.RunReport;
import io.zsync.node.copy.PathCounters;
import io.zsync.node.copy.PathRefused;
import io.zsync.node.fs.FileFailure;
import io.zsync.node.fs.Links;
import io.zsync.node.fs.Root;
import io.zsync.node.replica.Applier;
import io.zsync.node.replica.Hashing;
import io.zsync.node.replica.LocalContent;
import io.zsync.node.replica.Offer;
import io.zsync.node.replica.Reporter;
import io.zsync.node.replica.SafetyHalt;
import io.zsync.node.replica.TreeScanner;
import io.zsync.node.session.OpenTree.Location;
import io.zsync.node.transport.Pace;
import io.zsync.protocol.DataPath;
import io.zsync.protocol.Entry;
import io.zsync.protocol.LinkPolicy;
import io.zsync.protocol.ManifestItem;
import io.zsync.protocol.Message.Change;
import io.zsync.protocol.PathChoice;
import io.zsync.protocol.ProblemCode;
import io.zsync.protocol.RelativePath;
import io.zsync.protocol.RunOptions;
import io.zsync.protocol.Tally;
import java.io.IOException;
import java.nio.file.Files;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A run between two places on this machine: the scanner, planner, applier and publisher of every other, with content that is
 * read from files in place of streams. One thread scans, the calling one plans, some copy, one publishes. Used once;
 * {@link #cancel} from any thread.
 */
public final class LocalRun implements Reporter {
    private static final long PROGRESS_MILLIS = 200;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final CopyRequest request;
    private final RunOptions options;
    private final Terms terms;
    private final EventPump<Event> events;
    private final RunContext.Problems problems = new RunContext.Problems();
    private final PathCounters counters = new PathCounters();
    private final Pace pace;
    private final Hashing hashing = new Hashing();
    private @Nullable Crew crew;
    private boolean cancelled;
    private volatile long entries;
    private volatile boolean planned;
    private volatile boolean over;

    public LocalRun(CopyRequest request, EventPump<Event> events) {
        this.request = request;
        this.options = request.options();
        this.terms = new Terms(options);
        this.events = events;
        this.pace = new Pace(options.transfer().bytesPerSecond());
    }

    /** Runs to the end. @throws RunFailure if the run as a whole failed */
    public RunReport toEnd() throws RunFailure {
        try {
            return Files.isRegularFile(request.source()) ? copyFile() : copyTree();
        } catch (IOException e) {
            throw failure(e);
        }
    }

    private RunReport copyTree() throws IOException, RunFailure {
        Overlap.refuse(request.source(), request.target());
        boolean follows = options.selection().links() == LinkPolicy.FOLLOW;
        try (OpenTree source =
                        OpenTree.source(Location.of(request.source()), follows ? Links.FOLLOW_ANYWHERE : Links.KEEP);
                OpenTree target = OpenTree.target(Location.of(request.target()), options.dryRun())) {
            return run(source.present(), target.root(), this::planTree);
        }
    }

    private RunReport copyFile() throws IOException, RunFailure {
        LoneFile file = LoneFile.of(request);
        try (OpenTree source = OpenTree.source(Location.of(file.sourceDirectory()), Links.KEEP);
                OpenTree target = OpenTree.targetOfOne(Location.of(file.targetDirectory()), options.dryRun())) {
            return run(source.present(), target.root(), (root, content, applier, scans, running) -> {
                Offer offer = terms.measuringReader(hashing).offer(root, file.source());
                content.offer(offer);
                applier.applyAlone(new ManifestItem.Leaf(file.target(), offer.entry(), 1));
                entries = 1;
            });
        }
    }

    /** Hands the applier what it is to do, on the calling thread. */
    private interface Planning {
        void plan(Root source, LocalContent content, Applier applier, ScanQueue scans, Crew running)
                throws IOException, InterruptedException;
    }

    /** @param target null only for a dry run without one */
    private RunReport run(Root source, @Nullable Root target, Planning planning) throws IOException, RunFailure {
        long start = System.nanoTime();
        try (LocalContent content = new LocalContent(source, request.dataPath(), counters, pace, this::copied);
                Applier applier = new Applier(target, terms.applyOptions(true), content, this, RANDOM, null)) {
            ScanQueue scans = new ScanQueue((path, code, detail) -> {
                applier.countFailure();
                problem(path, code, detail);
            });
            Crew running = new Crew(
                    () -> {
                        over = true;
                        events.release();
                        pace.close();
                        hashing.end();
                        scans.close();
                        content.end();
                        applier.end();
                    },
                    LocalRun::failure);
            begin(running);
            if (target != null && !options.dryRun()) {
                startCopying(running, target, content, applier);
            }
            running.spawn("progress", () -> {
                while (!running.awaitOver(PROGRESS_MILLIS)) {
                    events.post(progress(applier, content));
                }
            });
            Tally tally = conclude(running, applier, () -> {
                planning.plan(source, content, applier, scans, running);
                planned = true;
                return applier.finish();
            });
            events.post(progress(applier, content));
            Duration elapsed = Duration.ofNanos(System.nanoTime() - start);
            return new RunReport(tally, bytes(), problems.counts(), null, null, options.dryRun(), elapsed, 0);
        }
    }

    private void begin(Crew running) throws RunFailure {
        synchronized (this) {
            if (!cancelled) {
                crew = running;
                return;
            }
        }
        throw Failures.interrupted();
    }

    private void startCopying(Crew running, Root target, LocalContent content, Applier applier) {
        running.spawn("publish", applier::runPublisher);
        for (int i = 0; i < options.transfer().streams(); i++) {
            running.spawn("copy-" + i, () -> content.copy(target, terms.measuringReader(hashing)));
        }
    }

    private interface Planned {
        Tally run() throws IOException, InterruptedException;
    }

    private static Tally conclude(Crew running, Applier applier, Planned work) throws RunFailure {
        Tally tally = null;
        try {
            tally = work.run();
            running.finish();
        } catch (InterruptedException runIsOver) {
            // Or, if it is not, this thread was interrupted and nobody goes on.
            running.fail(Failures.interrupted());
        } catch (IOException | RuntimeException | Error e) {
            running.fail(e);
        }
        try {
            running.await();
        } catch (RunFailure e) {
            try {
                applier.abandon();
            } catch (IOException second) {
                e.addSuppressed(second);
            }
            throw e;
        }
        if (tally == null) {
            throw new IllegalStateException("run over without a tally");
        }
        return tally;
    }

    private void planTree(Root source, LocalContent content, Applier applier, ScanQueue scans, Crew running)
            throws IOException, InterruptedException {
        TreeScanner scanner = new TreeScanner(source, terms.scanOptions(), terms.measuringReader(hashing), scans);
        running.spawn("scan", () -> {
            scanner.scan();
            scans.complete();
        });
        long number = -1;
        for (List<ScanQueue.Scanned> batch = scans.take(); batch != null; batch = scans.take()) {
            for (ScanQueue.Scanned scanned : batch) {
                if (!(scanned.item() instanceof ManifestItem.DirEnd)) {
                    number++;
                }
                if (scanned.item() instanceof ManifestItem.Leaf leaf
                        && leaf.entry() instanceof Entry.RegularFile file
                        && scanned.stat() != null) {
                    content.offer(new Offer(
                            number,
                            scanned.path(),
                            leaf.name(),
                            file,
                            scanned.stat().identity()));
                }
                applier.apply(number, scanned.item());
            }
            entries = number + 1;
            events.awaitRoom(() -> over);
        }
    }

    private Map<DataPath, Long> bytes() {
        Map<DataPath, Long> bytes = new EnumMap<>(DataPath.class);
        for (DataPath path : DataPath.values()) {
            if (counters.bytes(path) > 0) {
                bytes.put(path, counters.bytes(path));
            }
        }
        return bytes;
    }

    private Event.Progress progress(Applier applier, LocalContent content) {
        return new Event.Progress(
                entries, applier.plannedFiles(), applier.plannedBytes(), content.over(), counters.total(), planned);
    }

    private void copied(RelativePath path, DataPath by, PathChoice why, long bytes) {
        if (options.explain()) {
            events.post(new Event.Moved(path, by, why, bytes));
        }
    }

    @Override
    public void changed(Change change) {
        events.post(new Event.Changed(change));
        try {
            events.awaitRoom(() -> over);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void problem(RelativePath path, ProblemCode code, String detail) {
        problems.count(code);
        events.post(new Event.ProblemMet(path, code, detail));
    }

    private static RunFailure failure(Throwable cause) {
        return switch (cause) {
            case PathRefused e ->
                new RunFailure(
                        FailureKind.USAGE,
                        "--data-path " + e.path().word() + ": cannot serve between these two places: " + e.reason(),
                        "leave it out, and the best path that serves is taken",
                        e);
            case FileFailure e -> Failures.of(e);
            case SafetyHalt e -> Failures.of(e);
            case IOException e -> new RunFailure(FailureKind.ROOT_UNUSABLE, "cannot go on: " + e.getMessage(), null, e);
            default -> Failures.of(cause);
        };
    }

    /** Ends the run; it throws INTERRUPTED. */
    public void cancel() {
        Crew running;
        synchronized (this) {
            cancelled = true;
            running = crew;
        }
        if (running != null) {
            running.fail(Failures.interrupted());
        }
    }
}
