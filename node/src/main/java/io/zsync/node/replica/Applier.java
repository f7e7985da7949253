package io.zsync.node.replica;

import io.zsync.node.fs.Directory;
import io.zsync.node.fs.Directory.Member;
import io.zsync.node.fs.Errno;
import io.zsync.node.fs.FileFailure;
import io.zsync.node.fs.FileKind;
import io.zsync.node.fs.FileStat;
import io.zsync.node.fs.Root;
import io.zsync.protocol.Entry;
import io.zsync.protocol.ManifestItem;
import io.zsync.protocol.Message.Change;
import io.zsync.protocol.Name;
import io.zsync.protocol.ProblemCode;
import io.zsync.protocol.ProtocolException;
import io.zsync.protocol.RelativePath;
import io.zsync.protocol.Tally;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Makes a target tree match a manifest: merges the two in order, asks the {@link Planner} about each entry, does at once
 * what needs no content, and asks the {@link ContentSource} for the rest. One thread calls {@link #apply} and
 * {@link #finish}; fetches are filled by any number of others; the {@link Publisher} has its own.
 */
public final class Applier implements AutoCloseable {
    private static final byte[] NO_TARGET = {};

    private final @Nullable Root root;
    private final ApplyOptions options;
    private final Delivery delivery;
    private final Counts counts;
    private final Reporter reporter;
    private final Planner planner;
    private final ArrayDeque<TargetDirectory> path = new ArrayDeque<>();
    private final LongAdder plannedFiles = new LongAdder();
    private final LongAdder plannedBytes = new LongAdder();

    /** @param root null only in a dry run against a target that does not exist */
    public Applier(
            @Nullable Root root,
            ApplyOptions options,
            ContentSource content,
            Reporter reporter,
            RandomGenerator random) {
        if (root == null && !options.dryRun()) {
            throw new IllegalArgumentException("no root to apply to");
        }
        this.root = root;
        this.options = options;
        this.reporter = reporter;
        this.planner = new Planner(options.rules());
        this.delivery = new Delivery(root, options, content, reporter, new StagedNames(random));
        this.counts = delivery.counts();
    }

    /** The publisher's work; runs on a thread of its own until {@link #close} or {@link #finish}. */
    public void runPublisher() throws IOException, InterruptedException {
        delivery.runPublisher();
    }

    /** Takes the next item of the manifest. */
    public void apply(long number, ManifestItem item) throws IOException, InterruptedException {
        switch (item) {
            case ManifestItem.DirBegin begin -> beginDirectory(begin);
            case ManifestItem.Leaf leaf -> leaf(number, leaf.name(), leaf.entry());
            case ManifestItem.HardLink link -> throw ProtocolException.violation("a hard link that nobody asked for");
            case ManifestItem.DirEnd end -> endDirectory();
        }
    }

    private void beginDirectory(ManifestItem.DirBegin begin) throws IOException {
        TargetDirectory parent = path.peek();
        Name name = begin.name();
        path.push(parent == null || name == null ? root(begin.entry()) : directory(parent, name, begin.entry()));
    }

    private TargetDirectory root(Entry.Directory entry) throws IOException {
        Root open = root;
        if (open == null) {
            return absent(RelativePath.ROOT, entry, false);
        }
        Directory directory = open.directory(RelativePath.ROOT);
        FileStat stat = directory.stat();
        int attributes = options.rules().differences(entry.metadata(), stat.metadata(), true);
        return enter(RelativePath.ROOT, entry, directory, stat, attributes != 0);
    }

    private TargetDirectory directory(TargetDirectory parent, Name name, Entry.Directory entry) throws IOException {
        RelativePath at = parent.path.child(name);
        if (parent.lost) {
            counts.failed.increment();
            return absent(at, entry, true);
        }
        try {
            Member existing = parent.match(name);
            Action action = planner.plan(entry, existing(parent, existing, entry));
            report(at, Change.Kind.DIRECTORY, action, 0);
            if (options.dryRun()) {
                count(action);
                return existing != null && existing.stat().isDirectory()
                        ? enter(at, entry, parent.open().directory(name), existing.stat(), false)
                        : absent(at, entry, false);
            }
            switch (action) {
                case Action.Create create -> makeDirectory(parent, name);
                case Action.Exchange exchange -> exchangeForDirectory(parent, name, existing);
                case Action.Keep keep -> {}
                case Action.Update update -> {}
                case Action.Replace replace -> throw new IllegalStateException("directory " + at + " to be replaced");
                case Action.Refuse refuse -> throw new IllegalStateException("directory " + at + " refused");
            }
            Directory open = parent.open().directory(name);
            count(action);
            boolean finish = !(action instanceof Action.Keep);
            FileStat stat = existing != null && existing.stat().isDirectory() ? existing.stat() : open.stat();
            return enter(at, entry, open, stat, finish);
        } catch (FileFailure | TargetChanged e) {
            failed(at, e);
            return absent(at, entry, true);
        }
    }

    private void makeDirectory(TargetDirectory parent, Name name) throws IOException {
        try {
            parent.open().makeDirectory(name);
        } catch (FileFailure e) {
            throw e.errno() == Errno.EXIST ? new TargetChanged("appeared in the target since it was planned") : e;
        }
        touch(parent);
    }

    /** A directory comes in place of another kind: the two swap in one step, and the old object goes at the end. */
    private void exchangeForDirectory(TargetDirectory parent, Name name, @Nullable Member existing) throws IOException {
        if (existing == null) {
            throw new IllegalStateException("nothing to exchange under " + name);
        }
        Directory open = parent.open();
        requireUnchanged(parent, name, existing.stat());
        Name reserved = delivery.names().next();
        open.makeDirectory(reserved);
        touch(parent);
        // Written down first: an old object that nobody knows of would stay for ever.
        delivery.removeLater(parent.path, reserved, existing.stat());
        try {
            open.rename(reserved, name, Directory.Rename.EXCHANGE);
        } catch (IOException e) {
            open.removeDirectory(reserved);
            throw e;
        }
    }

    private static void requireUnchanged(TargetDirectory parent, Name name, FileStat planned) throws IOException {
        if (!Victim.isStill(planned, parent.open(), name)) {
            throw new TargetChanged("changed in the target since it was planned");
        }
    }

    /** Somebody else works in the target: what is there now is left alone. */
    private static final class TargetChanged extends IOException {
        private static final long serialVersionUID = 1L;

        TargetChanged(String message) {
            super(message);
        }
    }

    private void failed(RelativePath at, IOException cause) {
        boolean changed = cause instanceof TargetChanged;
        delivery.problem(at, changed ? ProblemCode.TARGET_CHANGED : ProblemCode.TARGET_FAILED, Publisher.reason(cause));
    }

    private TargetDirectory absent(RelativePath at, Entry.Directory entry, boolean lost) {
        return new TargetDirectory(at, entry, 0, lost, null, List.of());
    }

    private TargetDirectory enter(RelativePath at, Entry.Directory entry, Directory open, FileStat stat, boolean finish)
            throws IOException {
        boolean opened = options.openModes() && (stat.mode() & 0700) != 0700 && !options.dryRun();
        try {
            if (opened) {
                open.setMode(stat.mode() | 0700);
            }
            Directory.Listing listing = open.list();
            listing.failures()
                    .forEach(failure -> delivery.problem(at, ProblemCode.TARGET_FAILED, Publisher.reason(failure)));
            TargetDirectory entered = new TargetDirectory(at, entry, stat.device(), false, open, listing.members());
            entered.touched = finish || opened;
            if (!options.dryRun()) {
                delivery.enter(open, stat.device());
                for (Name stale : listing.reserved()) {
                    removeStale(entered, stale);
                }
            }
            return entered;
        } catch (IOException e) {
            try (open) {
                if (opened) {
                    open.setMode(stat.mode());
                }
            }
            throw e;
        }
    }

    /** Under our lock a reserved name can only be what a killed run left behind. */
    private void removeStale(TargetDirectory directory, Name stale) {
        try {
            FileStat stat = directory.open().stat(stale);
            Aftermath.removeObject(directory.open(), stale, stat.isDirectory());
            touch(directory);
        } catch (IOException e) {
            delivery.problem(directory.path.child(stale), ProblemCode.TARGET_FAILED, Publisher.reason(e));
        }
    }

    private void endDirectory() throws IOException {
        TargetDirectory done = path.pop();
        try (done) {
            if (done.touched && !options.dryRun() && !done.lost) {
                delivery.finishLater(done.path, done.entry.metadata());
            }
        }
    }

    private void leaf(long number, Name name, Entry entry) throws IOException, InterruptedException {
        TargetDirectory parent = path.element();
        RelativePath at = parent.path.child(name);
        if (entry instanceof Entry.RegularFile) {
            counts.files.increment();
        }
        if (parent.lost) {
            counts.failed.increment();
            return;
        }
        try {
            Member existing = parent.match(name);
            Action action = planner.plan(entry, existing(parent, existing, entry));
            if (action instanceof Action.Refuse refuse) {
                delivery.problem(at, refuse.code(), refusal(entry, refuse.code()));
                return;
            }
            report(at, kind(entry), action, entry instanceof Entry.RegularFile file ? file.size() : 0);
            if (action instanceof Action.Keep) {
                return;
            }
            FileStat victim = existing == null ? null : existing.stat();
            if (action instanceof Action.Update update && victim != null) {
                if (!options.dryRun()) {
                    update(parent, name, entry, update.attributes(), victim);
                }
            } else if (entry instanceof Entry.RegularFile file && file.size() > 0) {
                fetch(number, parent, name, file, victim);
            } else if (!options.dryRun()) {
                stage(parent, name, entry, victim);
            }
        } catch (FileFailure | TargetChanged e) {
            failed(at, e);
        }
    }

    private static String refusal(Entry entry, ProblemCode code) {
        return entry instanceof Entry.Special special
                ? special.kind().name().toLowerCase(java.util.Locale.ROOT).replace('_', ' ')
                : code == ProblemCode.DIRECTORY_IN_THE_WAY ? "a directory that is not empty is in the way" : "refused";
    }

    private Planner.@Nullable Existing existing(TargetDirectory parent, @Nullable Member member, Entry source)
            throws IOException {
        if (member == null) {
            return null;
        }
        FileStat stat = member.stat();
        byte[] target = stat.kind() == FileKind.SYMLINK && source instanceof Entry.Symlink
                ? parent.open().readLink(member.name())
                : null;
        boolean occupied =
                stat.isDirectory() && !(source instanceof Entry.Directory) && isOccupied(parent, member.name());
        return new Planner.Existing(stat, target, occupied);
    }

    private boolean isOccupied(TargetDirectory parent, Name name) throws IOException {
        try (Directory directory = parent.open().directory(name)) {
            Directory.Listing listing = directory.list();
            if (!listing.members().isEmpty() || !listing.failures().isEmpty()) {
                return true;
            }
            if (!options.dryRun()) {
                for (Name stale : listing.reserved()) {
                    Aftermath.removeObject(
                            directory, stale, directory.stat(stale).isDirectory());
                }
            }
            return false;
        }
    }

    /**
     * Writes only what differs. A time above all is never written to a file that somebody has changed since it was looked
     * at: with the source's time and size it would count as equal for ever.
     */
    private void update(TargetDirectory parent, Name name, Entry entry, int attributes, FileStat planned)
            throws IOException {
        requireUnchanged(parent, name, planned);
        boolean hasMode = !(entry instanceof Entry.Symlink);
        options.rules().apply(parent.open(), name, entry.metadata(), hasMode, (attributes & Change.TIME) != 0);
        counts.changed.increment();
        delivery.changed();
    }

    /** A symlink or an empty file: the entry says all there is to know of it. */
    private void stage(TargetDirectory parent, Name name, Entry entry, @Nullable FileStat victim)
            throws IOException, InterruptedException {
        delivery.awaitRoom();
        touch(parent);
        Name reserved;
        if (entry instanceof Entry.Symlink link) {
            reserved = delivery.names().next();
            parent.open().makeSymlink(reserved, link.target());
            try {
                options.rules().apply(parent.open(), reserved, link.metadata(), false, true);
            } catch (IOException e) {
                StagedFile.remove(parent.open(), reserved);
                throw e;
            }
        } else if (entry instanceof Entry.RegularFile file) {
            StagedFile staged = StagedFile.create(parent.open(), delivery.names(), file);
            reserved = staged.reserved();
            try {
                staged.seal(options.rules(), file, delivery.syncsAlone(parent.device));
            } catch (IOException e) {
                StagedFile.remove(parent.open(), reserved);
                throw e;
            }
        } else {
            throw new IllegalStateException("nothing to stage for " + entry);
        }
        FileKind kind = entry instanceof Entry.Symlink ? FileKind.SYMLINK : FileKind.REGULAR;
        delivery.submit(new StagedEntry(delivery, parent.path, name, kind, reserved, parent.device, victim));
    }

    private void fetch(
            long number, TargetDirectory parent, Name name, Entry.RegularFile file, @Nullable FileStat victim)
            throws InterruptedException {
        plannedFiles.increment();
        plannedBytes.add(file.size());
        if (options.dryRun()) {
            counts.bytes.add(file.size());
            return;
        }
        touch(parent);
        delivery.fetch(new Fetch(delivery, number, parent.path, name, file, parent.device, victim));
    }

    private static void touch(TargetDirectory directory) {
        directory.touched = true;
    }

    private void report(RelativePath at, Change.Kind kind, Action action, long size) {
        Change.Action what;
        int attributes = 0;
        switch (action) {
            case Action.Keep keep -> {
                counts.unchanged.increment();
                return;
            }
            case Action.Refuse refuse -> {
                return;
            }
            case Action.Create create -> what = Change.Action.CREATE;
            case Action.Exchange exchange -> what = Change.Action.REPLACE;
            case Action.Replace replace -> {
                what = Change.Action.REPLACE;
                attributes = replace.attributes();
            }
            case Action.Update update -> {
                what = Change.Action.UPDATE;
                attributes = update.attributes();
            }
        }
        // Everything else counts when it is done; in a dry run nothing is.
        if (options.dryRun() && kind != Change.Kind.DIRECTORY) {
            count(action);
        }
        if (options.reportChanges()) {
            reporter.changed(new Change(at, kind, what, attributes, size, NO_TARGET));
        }
    }

    private void count(Action action) {
        switch (action) {
            case Action.Create create -> counts.created.increment();
            case Action.Exchange exchange -> counts.changed.increment();
            case Action.Replace replace -> counts.changed.increment();
            case Action.Update update -> counts.changed.increment();
            case Action.Keep keep -> {}
            case Action.Refuse refuse -> {}
        }
    }

    private static Change.Kind kind(Entry entry) {
        return switch (entry) {
            case Entry.Directory directory -> Change.Kind.DIRECTORY;
            case Entry.RegularFile file -> Change.Kind.FILE;
            case Entry.Symlink link -> Change.Kind.SYMLINK;
            case Entry.Special special -> Change.Kind.SPECIAL;
        };
    }

    /**
     * Called behind the last item: waits for every fetch, publishes, removes what changed kind, finishes directories, and
     * syncs what is left.
     */
    public Tally finish() throws IOException, InterruptedException {
        return delivery.finish();
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
            endDirectory();
        }
        delivery.finishDirectories();
    }

    /** Lets the publisher's thread end once it has published what it was given. */
    public void closePublisher() {
        delivery.closePublisher();
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

    public long plannedFiles() {
        return plannedFiles.sum();
    }

    public long plannedBytes() {
        return plannedBytes.sum();
    }

    public boolean isSyncing() {
        return delivery.isSyncing();
    }

    /** A problem of the sender's, told to us: it counts as one more path that was not replicated. */
    public void countFailure() {
        counts.failed.increment();
    }
}
