package io.zsync.node.replica;

import io.zsync.node.fs.Directory;
import io.zsync.node.fs.Errno;
import io.zsync.node.fs.FileFailure;
import io.zsync.node.fs.FileStat;
import io.zsync.node.fs.Root;
import io.zsync.protocol.Durability;
import io.zsync.protocol.Entry;
import io.zsync.protocol.Limits;
import io.zsync.protocol.Message.Change;
import io.zsync.protocol.Metadata;
import io.zsync.protocol.ProblemCode;
import io.zsync.protocol.RelativePath;
import io.zsync.protocol.Tally;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of the plan: the fetches under way, the {@link Publisher} that ends them, and what waits for the end of the
 * run. The {@link Applier} hands work in and waits; a {@link Fetch} or staged entry tells its outcome, from data threads,
 * the publisher's or the reader's, none of which may block here.
 */
final class Delivery implements Aftermath.Problems, Parking.Outcomes, Publisher.Unsynced, AutoCloseable {
    private final @Nullable Root root;
    private final ApplyOptions options;
    private final ContentSource content;
    private final Reporter reporter;
    private final StagedNames names;
    private final @Nullable ResumeJournal journal;
    private final Leftovers leftovers;
    private final FileSystems fileSystems;
    private final Aftermath aftermath = new Aftermath();
    private final Candidates candidates;
    private final Displacement displacement;
    private final Publisher publisher;
    private final TargetLinks links = new TargetLinks();
    private final OwnUpdates ownUpdates = new OwnUpdates();
    private final Counts counts = new Counts();
    private final Map<Long, Fetch> fetches = new ConcurrentHashMap<>();
    /** Fetches that were asked for and that the publisher does not have yet. */
    private final AtomicInteger inTransfer = new AtomicInteger();

    private final LongAdder pieces = new LongAdder();

    private volatile boolean waiting;
    private volatile boolean undurable;
    /** The last syncs run; nothing is waited for that could fail to come. */
    private volatile boolean finishing;

    private volatile boolean over;

    /** @param journal null where no file is gone on with */
    Delivery(
            @Nullable Root root,
            ApplyOptions options,
            ContentSource content,
            Reporter reporter,
            StagedNames names,
            @Nullable ResumeJournal journal) {
        this.root = root;
        this.journal = journal;
        this.fileSystems = new FileSystems(journal == null ? () -> {} : journal::doubt);
        this.leftovers = new Leftovers(journal, this);
        this.options = options;
        this.content = content;
        this.reporter = reporter;
        this.names = names;
        this.candidates = new Candidates(options.deletion(), options.typed(), this, this::requireRunning);
        Backups backups = root == null || options.dryRun()
                ? null
                : Backups.of(root, options.deletion(), names, this::syncsSingly);
        this.displacement = new Displacement(aftermath, options.deletion().enabled(), backups);
        this.publisher = new Publisher(
                this::root,
                options.durability(),
                fileSystems,
                displacement,
                ownUpdates,
                this,
                () -> waiting && inTransfer.get() == 0);
    }

    void runPublisher() throws IOException, InterruptedException {
        publisher.run();
    }

    /** See {@link Applier#end}. */
    void end() {
        over = true;
        publisher.close();
    }

    /** Asked by work that waits for nothing, piece by piece. @throws InterruptedException if the run is over */
    void requireRunning() throws InterruptedException {
        if (over) {
            throw new InterruptedException("the run is over");
        }
        pieces.increment();
    }

    /** How often it was asked, which is how such work shows that it gets on. */
    long pieces() {
        return pieces.sum();
    }

    /** Called before anything is written below a directory of this device. */
    void enter(Directory directory, long device) throws IOException {
        fileSystems.enter(directory, device);
    }

    Leftovers leftovers() {
        return leftovers;
    }

    /** Notes an attempt at a file, if it is large enough for that. */
    @Nullable
    Resumption resumption(Destination destination, long size) {
        return journal == null || size < Limits.RESUMED_LENGTH ? null : new Resumption(journal, destination.name());
    }

    Candidates candidates() {
        return candidates;
    }

    Displacement displacement() {
        return displacement;
    }

    /** Called post-order, once a directory's last entry was met. */
    void finishLater(RelativePath directory, Metadata metadata) throws IOException {
        aftermath.finishLater(directory, metadata);
    }

    /** Asks for a file's content; waits for room. */
    void fetch(Fetch fetch) throws InterruptedException {
        fetches.put(fetch.file(), fetch);
        inTransfer.incrementAndGet();
        while (!content.want(fetch)) {
            // Not asked for, it can join no batch: those that are queued must not wait for it.
            inTransfer.decrementAndGet();
            await(true);
            try {
                content.awaitRoom(fetch);
            } finally {
                await(false);
                inTransfer.incrementAndGet();
            }
        }
    }

    /**
     * Throws if the target was found full and this file would not fit any more: a full disk is not filled again file by
     * file. What is under way is waited for first, because it may give room back.
     */
    void requireRoom(Destination destination, long length) throws IOException, InterruptedException {
        if (fileSystems.fits(destination.device(), length)) {
            return;
        }
        await(true);
        try {
            content.awaitIdle();
            publisher.drain();
        } finally {
            await(false);
        }
        if (!fileSystems.fits(destination.device(), length)) {
            String path = destination.path().toString();
            throw new FileFailure("not asked for", path, Errno.NOSPC, "No space left on device");
        }
    }

    /** What could not be written says something of its file system, too. */
    void noticed(Destination destination, IOException failure) {
        fileSystems.noticed(destination.device(), failure);
    }

    private void await(boolean now) {
        waiting = now;
        publisher.nudge();
    }

    /** Waits while enough staged objects that nobody else keeps count of are queued. */
    void awaitRoom() throws InterruptedException {
        publisher.awaitRoom();
    }

    void submit(StagedEntry entry) {
        publisher.submit(entry);
    }

    /** Ends the writing of a staged file; see {@link StagedFile#seal}. */
    void seal(StagedFile staged, Destination destination, Entry.RegularFile entry, boolean sync) throws IOException {
        staged.seal(options.rules(), entry.metadata(), sync, losses(destination.path()));
    }

    /** Waits until everything that was submitted has its outcome. */
    void drain() throws InterruptedException {
        publisher.drain();
    }

    OwnUpdates ownUpdates() {
        return ownUpdates;
    }

    TargetLinks links() {
        return links;
    }

    /** Waits for every fetch, publishes, makes further names, removes what changed kind, finishes directories, and syncs what is left. */
    Tally finish() throws IOException, InterruptedException {
        await(true);
        content.awaitIdle();
        publisher.drain();
        Root open = root;
        if (open == null || options.dryRun()) {
            publisher.close();
            foresee();
            return counts.tally(Durability.NONE);
        }
        try (LinkMaker maker = new LinkMaker(this)) {
            links.make(maker);
        }
        publisher.drain();
        publisher.close();
        finishing = true;
        try {
            return finish(open);
        } finally {
            finishing = false;
        }
    }

    private Tally finish(Root open) throws IOException, InterruptedException {
        boolean durable = syncs();
        boolean singly = syncsSingly();
        delete(open, durable, singly);
        displacement.publishParked(open, durable, this);
        aftermath.remove(open, this);
        aftermath.finishDirectories(open, options.rules(), () -> singly && !over, this, this);
        requireRunning();
        // Also where nothing was done: what is found in its place may be of a killed run, and on no disk yet.
        if (durable) {
            fileSystems.syncAll();
        }
        return counts.tally(!durable || undurable ? Durability.NONE : singly ? Durability.FILE : Durability.BATCH);
    }

    /**
     * Removes what may be removed, behind a sync of all that is in its place, and nothing if one has failed: a power cut must
     * lose nothing that was moved.
     */
    private void delete(Root open, boolean durable, boolean singly) throws IOException, InterruptedException {
        if (candidates.areTooMany()) {
            counts.withheld.add(candidates.count());
            return;
        }
        if (candidates.count() == 0 || (durable && undurable)) {
            return;
        }
        if (durable && singly) {
            aftermath.syncDirectories(open, this::requireRunning);
        }
        if (durable) {
            fileSystems.syncAll();
        }
        try (Deletes deletes =
                new Deletes(open, options.openModes(), displacement.backups(), ownUpdates, this, this::removed)) {
            candidates.replay(displacement::isParked, deletes);
        }
    }

    /** A dry run tells what the real run would remove. */
    private void foresee() throws IOException, InterruptedException {
        if (candidates.areTooMany()) {
            counts.withheld.add(candidates.count());
            return;
        }
        candidates.replay(directory -> true, new Candidates.Visitor() {
            @Override
            public void remove(RelativePath path, FileStat stat) {
                removed(Deletes.change(path, stat));
            }

            @Override
            public void keep(RelativePath path, FileStat stat) {}
        });
    }

    private void removed(Change change) {
        counts.deleted.increment();
        if (options.reportChanges()) {
            reporter.changed(change);
        }
    }

    /** Publishes what is complete and removes what is not. Called when no data thread and no publisher runs any more. */
    void giveUp() throws IOException {
        publisher.close();
        try {
            // Data threads and the planner may have handed over more after its thread had gone.
            publisher.run();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        for (Fetch fetch : fetches.values()) {
            fetch.discard();
        }
        fetches.clear();
        displacement.discardParked(root());
    }

    /** Removes what changed kind and gives directories their metadata, in a run that failed. */
    void finishDirectories() throws IOException {
        aftermath.remove(root(), this);
        aftermath.finishDirectories(root(), options.rules(), () -> false, this, this);
    }

    /** The fetch of this entry, or null if it was never asked for or is over. */
    @Nullable
    Fetch fetch(long number) {
        return fetches.get(number);
    }

    Counts counts() {
        return counts;
    }

    boolean isSyncing() {
        return finishing || publisher.isSyncing() || (journal != null && journal.isSyncing());
    }

    Root root() {
        if (root == null) {
            throw new IllegalStateException("no root in this run");
        }
        return root;
    }

    StagedNames names() {
        return names;
    }

    MetadataRules rules() {
        return options.rules();
    }

    ContentSource content() {
        return content;
    }

    /** True if anything is synced at all. */
    boolean syncs() {
        return options.durability() != Durability.NONE;
    }

    /** True if files on this device are synced one by one. */
    boolean syncsAlone(long device) {
        return publisher.syncsAlone(device);
    }

    /** True if a sync of everything is not enough, for names as for content. */
    private boolean syncsSingly() {
        return options.durability() == Durability.FILE || (syncs() && !fileSystems.allTrusted());
    }

    void errand(Runnable work) {
        publisher.errand(work);
    }

    void submit(Fetch fetch) {
        inTransfer.decrementAndGet();
        publisher.submit(fetch);
    }

    void unsubmitted() {
        inTransfer.incrementAndGet();
    }

    void fetchDone(Fetch fetch, boolean durable) {
        published(fetch.victim() == null, fetch.bytes(), durable);
        content.done(fetch, durable);
        fetches.remove(fetch.file());
    }

    /** Complete and synced; nothing more is wanted of the sender. */
    void fetchParked(Fetch fetch) {
        content.done(fetch, false);
        fetches.remove(fetch.file());
    }

    /** @param wasInTransfer false if the publisher had it already */
    void fetchRefused(Fetch fetch, boolean wasInTransfer, ProblemCode code, String detail) {
        if (wasInTransfer) {
            inTransfer.decrementAndGet();
        }
        refused(fetch.destination(), code, detail);
        content.refused(fetch, code);
        fetches.remove(fetch.file());
        publisher.nudge();
    }

    @Override
    public void published(boolean created, long bytes, boolean durable) {
        (created ? counts.created : counts.changed).increment();
        counts.bytes.add(bytes);
        if (!durable) {
            undurable = true;
        }
    }

    /** What it was about, and what was found in its place, may be on no disk. The first is told. */
    @Override
    public void unsynced(RelativePath at, IOException cause) {
        if (!undurable) {
            undurable = true;
            String kept = options.deletion().enabled() && !finishing ? "; nothing is removed" : "";
            problem(at, ProblemCode.TARGET_FAILED, Publisher.reason(cause) + kept);
        }
    }

    /** What was to be done at once could not be. */
    void failed(RelativePath at, IOException cause) {
        boolean changed = cause instanceof TargetChanged;
        problem(at, changed ? ProblemCode.TARGET_CHANGED : ProblemCode.TARGET_FAILED, Publisher.reason(cause));
    }

    /** An object will not get to its place. */
    void refused(Destination destination, ProblemCode code, String detail) {
        if (destination.linked()) {
            links.failed(destination.entry());
        }
        problem(destination.path(), code, detail);
    }

    @Override
    public void problem(RelativePath at, ProblemCode code, String detail) {
        switch (code) {
            case SPECIAL_SKIPPED -> counts.skipped.increment();
            case METADATA_SKIPPED, NOT_RESUMABLE -> {}
            default -> counts.failed.increment();
        }
        reporter.problem(at, code, detail);
    }

    @Override
    public MetadataRules.Losses losses(RelativePath at) {
        return new MetadataRules.Losses() {
            @Override
            public void lost(String what) {
                problem(at, ProblemCode.METADATA_LOST, what);
            }

            @Override
            public void skipped(String what) {
                problem(at, ProblemCode.METADATA_SKIPPED, what);
            }
        };
    }

    @Override
    public void close() throws IOException {
        aftermath.close();
        candidates.close();
        displacement.close();
        links.close();
        fileSystems.close();
        closeJournal();
    }

    /** Nothing is to be noted any more: the journal is the next run's. */
    void closeJournal() {
        if (journal != null) {
            journal.close();
        }
    }
}
