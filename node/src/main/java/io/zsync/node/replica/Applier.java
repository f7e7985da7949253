package io.zsync.node.replica;

import io.zsync.node.fs.Directory;
import io.zsync.node.fs.Directory.Member;
import io.zsync.node.fs.Errno;
import io.zsync.node.fs.FileFailure;
import io.zsync.node.fs.FileStat;
import io.zsync.node.fs.Root;
import io.zsync.protocol.Durability;
import io.zsync.protocol.Entry;
import io.zsync.protocol.ManifestItem;
import io.zsync.protocol.Message.Change;
import io.zsync.protocol.Name;
import io.zsync.protocol.ProblemCode;
import io.zsync.protocol.RelativePath;
import io.zsync.protocol.Tally;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Objects;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Makes a target tree match a manifest: merges the two in order, asks the {@link Planner} about each entry, does at once
 * what needs no content, and asks the {@link ContentSource} for the rest. One thread calls {@link #apply} and
 * {@link #finish}; fetches are filled by any number of others; the {@link Publisher} has its own.
 */
public final class Applier implements AutoCloseable {
    private static final byte[] NO_TARGET = {};
    private static final int OWNER_ALL = 0700;

    private final @Nullable Root root;
    private final ApplyOptions options;
    private final Delivery delivery;
    private final Counts counts;
    private final Planner planner;
    private final Candidates candidates;
    private final Inspector inspector;
    private final Changes changes;
    private final LeafApplier leaves;
    private final Hashing hashing = new Hashing();
    private final ArrayDeque<TargetDirectory> path = new ArrayDeque<>();
    private boolean sourceIsEmpty = true;
    private @Nullable FileStat rootBefore;

    /**
     * @param root null only in a dry run against a target that does not exist
     * @param place where to note what is there of large files; null: nowhere, they start over
     */
    public Applier(
            @Nullable Root root,
            ApplyOptions options,
            ContentSource content,
            Reporter reporter,
            RandomGenerator random,
            @Nullable JournalPlace place) {
        if (root == null && !options.dryRun()) {
            throw new IllegalArgumentException("no root to apply to");
        }
        this.root = root;
        this.options = options;
        this.planner = new Planner(options.rules(), options.comparison(), options.skipLinks());
        this.inspector = new Inspector(options, hashing);
        ResumeJournal journal = root == null || options.dryRun() || place == null
                ? null
                : new ResumeJournal(place, root, options.durability() != Durability.NONE);
        this.delivery = new Delivery(root, options, content, reporter, new StagedNames(random), journal);
        this.candidates = delivery.candidates();
        this.counts = delivery.counts();
        this.changes = new Changes(options, counts, reporter);
        this.leaves = new LeafApplier(options, delivery, planner, inspector, changes);
    }

    /** The publisher's work; runs on a thread of its own until {@link #end} or {@link #finish}. */
    public void runPublisher() throws IOException, InterruptedException {
        delivery.runPublisher();
    }

    /** Takes the next item of the manifest. */
    public void apply(long number, ManifestItem item) throws IOException, InterruptedException {
        sourceIsEmpty &= path.isEmpty() || item instanceof ManifestItem.DirEnd;
        switch (item) {
            case ManifestItem.DirBegin begin -> beginDirectory(begin);
            case ManifestItem.Leaf leaf -> leaves.apply(path.element(), number, leaf);
            case ManifestItem.HardLink link -> leaves.apply(path.element(), number, link);
            case ManifestItem.DirEnd end -> endDirectory(end.listing());
        }
    }

    /** Takes one file alone: the directory that it comes into is not the run's, and nothing else in it is looked at. */
    public void applyAlone(ManifestItem.Leaf leaf) throws IOException, InterruptedException {
        Root open = Objects.requireNonNull(root, "a run of one file has a directory to look at");
        Directory directory = open.directory(RelativePath.ROOT);
        try (TargetDirectory into = orClose(directory, () -> alone(directory, leaf.name()))) {
            if (!options.dryRun()) {
                delivery.enter(directory, into.device);
            }
            leaves.apply(into, 0, leaf);
        }
    }

    private static TargetDirectory alone(Directory directory, Name name) throws IOException {
        FileStat stat = directory.stat();
        Entry.Directory untouched = new Entry.Directory(stat.metadata());
        return new TargetDirectory(
                RelativePath.ROOT, untouched, stat.device(), false, directory, member(directory, name));
    }

    private static List<Member> member(Directory directory, Name name) throws IOException {
        try {
            return List.of(new Member(name, directory.stat(name)));
        } catch (FileFailure e) {
            if (e.errno() == Errno.NOENT) {
                return List.of();
            }
            throw e;
        }
    }

    private interface Entering {
        TargetDirectory enter() throws IOException;
    }

    /** An open directory becomes one that is worked in, which closes it, or is closed now. */
    private static TargetDirectory orClose(Directory open, Entering entering) throws IOException {
        try {
            return entering.enter();
        } catch (IOException e) {
            try (open) {
                throw e;
            }
        }
    }

    private void beginDirectory(ManifestItem.DirBegin begin) throws IOException {
        TargetDirectory parent = path.peek();
        Name name = begin.name();
        TargetDirectory entered =
                parent == null || name == null ? root(begin.entry()) : directory(parent, name, begin.entry());
        entered.rules = candidates.rules(parent, begin);
        path.push(entered);
    }

    private TargetDirectory root(Entry.Directory entry) throws IOException {
        Root open = root;
        if (open == null) {
            return absent(RelativePath.ROOT, entry, false);
        }
        Directory directory = open.directory(RelativePath.ROOT);
        return orClose(directory, () -> {
            FileStat stat = directory.stat();
            rootBefore = stat;
            Entry.Directory wanted = options.rules().wanted(entry, stat);
            int attributes = options.rules()
                    .differences(
                            wanted.metadata(),
                            stat.metadata(directory, options.rules().kinds()),
                            true);
            return enter(RelativePath.ROOT, wanted, directory, stat, attributes != 0);
        });
    }

    private TargetDirectory directory(TargetDirectory parent, Name name, Entry.Directory source) throws IOException {
        RelativePath at = parent.path.child(name);
        Entry.Directory entry = source;
        if (parent.lost) {
            counts.failed.increment();
            return absent(at, entry, true);
        }
        if (candidates.isBackup(at, true)) {
            delivery.problem(at, ProblemCode.NAME_REFUSED, Candidates.IN_BACKUPS);
            return absent(at, entry, true);
        }
        try {
            Member existing = parent.match(name);
            Entry.Directory wanted = options.rules().wanted(source, existing == null ? null : existing.stat());
            entry = wanted;
            Action action = planner.plan(entry, inspector.existing(parent, existing, entry));
            changes.report(at, Change.Kind.DIRECTORY, action, 0, NO_TARGET);
            if (options.dryRun()) {
                changes.count(action);
                if (existing == null || !existing.stat().isDirectory()) {
                    return absent(at, entry, false);
                }
                Directory open = parent.open().directory(name);
                return orClose(open, () -> enter(at, wanted, open, existing.stat(), false));
            }
            switch (action) {
                case Action.Create create -> makeDirectory(parent, name);
                case Action.Exchange exchange -> exchangeForDirectory(parent, name, existing);
                case Action.Keep keep -> {}
                case Action.Update update -> {}
                case Action.Replace replace -> throw new IllegalStateException("directory " + at + " to be replaced");
                case Action.Refuse refuse -> throw new IllegalStateException("directory " + at + " refused");
            }
            Directory open = openForWork(parent, name, existing);
            changes.count(action);
            boolean finish = !(action instanceof Action.Keep);
            return orClose(open, () -> {
                FileStat stat = existing != null && existing.stat().isDirectory() ? existing.stat() : open.stat();
                return enter(at, wanted, open, stat, finish);
            });
        } catch (FileFailure | TargetChanged e) {
            delivery.failed(at, e);
            return absent(at, entry, true);
        }
    }

    /** Without the owner's bits it could not even be opened. They are put right when the directory is finished. */
    private Directory openForWork(TargetDirectory parent, Name name, @Nullable Member existing) throws IOException {
        if (existing != null && existing.stat().isDirectory() && closed(existing.stat())) {
            parent.open().member(name).setMode(existing.stat().mode() | OWNER_ALL);
        }
        return parent.open().directory(name);
    }

    private boolean closed(FileStat directory) {
        return options.openModes() && (directory.mode() & OWNER_ALL) != OWNER_ALL;
    }

    private void makeDirectory(TargetDirectory parent, Name name) throws IOException {
        try {
            parent.open().makeDirectory(name);
        } catch (FileFailure e) {
            throw e.errno() == Errno.EXIST ? new TargetChanged("appeared in the target since it was planned") : e;
        }
        parent.touched = true;
    }

    /** A directory comes in place of another kind: the two swap in one step, and the old object goes at the end. */
    private void exchangeForDirectory(TargetDirectory parent, Name name, @Nullable Member existing) throws IOException {
        if (existing == null) {
            throw new IllegalStateException("nothing to exchange under " + name);
        }
        Directory open = parent.open();
        TargetChanged.check(parent, name, existing.stat(), delivery.ownUpdates());
        Name reserved = delivery.names().next();
        open.makeDirectory(reserved);
        parent.touched = true;
        try {
            // Written down first: an old object that nobody knows of would stay for ever.
            delivery.displacement().removeLater(parent.path, reserved, existing.stat());
            delivery.displacement().keep(open, parent.path.child(name), existing.stat());
            open.rename(reserved, name, Directory.Rename.EXCHANGE);
        } catch (IOException e) {
            open.removeDirectory(reserved);
            throw e;
        }
    }

    private TargetDirectory absent(RelativePath at, Entry.Directory entry, boolean lost) {
        return new TargetDirectory(at, entry, 0, lost, null, List.of());
    }

    private TargetDirectory enter(RelativePath at, Entry.Directory entry, Directory open, FileStat stat, boolean finish)
            throws IOException {
        boolean opened = closed(stat) && !options.dryRun();
        try {
            if (opened) {
                open.setMode(stat.mode() | OWNER_ALL);
            }
            Directory.Listing listing = open.list();
            listing.failures()
                    .forEach(unseen -> delivery.problem(
                            unseen.path(at), ProblemCode.TARGET_FAILED, Publisher.reason(unseen.why())));
            TargetDirectory entered = new TargetDirectory(at, entry, stat.device(), false, open, listing.members());
            entered.touched = finish || opened;
            if (!options.dryRun()) {
                delivery.enter(open, stat.device());
                for (Name reserved : listing.reserved()) {
                    delivery.leftovers().met(entered, reserved);
                }
            }
            return entered;
        } catch (IOException e) {
            if (opened) {
                open.setMode(stat.mode());
            }
            throw e;
        }
    }

    private void endDirectory(ManifestItem.Listing listing) throws IOException, InterruptedException {
        try (TargetDirectory done = path.pop()) {
            try {
                done.touched |= candidates.collect(done, listing);
            } catch (InterruptedException runIsOver) {
                finishLater(done);
                throw runIsOver;
            }
            if (listing == ManifestItem.Listing.COMPLETE && done.isOpen()) {
                delivery.leftovers().removeUnfinished(done);
            }
            if (path.isEmpty()) {
                haltOnAccident(done);
            }
            finishLater(done);
        }
    }

    /** Only the root was entered so far, and it gets back what that took. */
    private void haltOnAccident(TargetDirectory top) throws IOException {
        Root open = root;
        FileStat before = rootBefore;
        if (open == null || before == null) {
            return;
        }
        try {
            candidates.requireNoAccident(sourceIsEmpty, open.describe());
        } catch (SafetyHalt e) {
            if (!options.dryRun()) {
                top.open().setMode(before.mode());
                top.open().setTime(before.mtimeSeconds(), before.mtimeNanos());
            }
            throw e;
        }
    }

    private void finishLater(TargetDirectory done) throws IOException {
        if (done.touched && !options.dryRun() && !done.lost) {
            delivery.finishLater(done.path, done.entry.metadata());
        }
    }

    /**
     * Called behind the last item: waits for every fetch, publishes, removes what changed kind, finishes directories, and
     * syncs what is left. Nothing is changed any more then, neither the tree nor its journal.
     */
    public Tally finish() throws IOException, InterruptedException {
        Tally tally = delivery.finish();
        delivery.closeJournal();
        return tally;
    }

    /**
     * The run failed: publishes what is complete, removes what is not, and gives the directories met so far their
     * metadata. Called when no data thread and no publisher runs any more.
     */
    public void abandon() throws IOException {
        if (root == null || options.dryRun()) {
            return;
        }
        delivery.giveUp();
        while (!path.isEmpty()) {
            try (TargetDirectory left = path.pop()) {
                finishLater(left);
            }
        }
        delivery.finishDirectories();
    }

    /**
     * The run is over, as planned or not: the publisher's thread ends once it has published what it was given, and who plans
     * or deletes does so at the next path.
     */
    public void end() {
        hashing.end();
        delivery.end();
    }

    @Override
    public void close() throws IOException {
        while (!path.isEmpty()) {
            path.pop().close();
        }
        delivery.close();
    }

    /** The fetch of this entry, or null if it was never asked for or is over. */
    public @Nullable Fetch fetch(long number) {
        return delivery.fetch(number);
    }

    /** Bytes of the target that were read to compare contents. */
    public long hashed() {
        return hashing.bytes();
    }

    /** Members looked at, names made, slices of copies, paths removed: what gets on without content and entries. */
    public long pieces() {
        return delivery.pieces();
    }

    public long plannedFiles() {
        return leaves.plannedFiles();
    }

    public long plannedBytes() {
        return leaves.plannedBytes();
    }

    public boolean isSyncing() {
        return delivery.isSyncing();
    }

    /** A problem of the sender's, told to us: it counts as one more path that was not replicated. */
    public void countFailure() {
        counts.failed.increment();
    }
}
