package io.zsync.node.replica;

import io.zsync.node.fs.Directory.Member;
import io.zsync.node.fs.FileFailure;
import io.zsync.node.fs.FileStat;
import io.zsync.protocol.Entry;
import io.zsync.protocol.ManifestItem;
import io.zsync.protocol.Message.Change;
import io.zsync.protocol.Name;
import io.zsync.protocol.ProblemCode;
import io.zsync.protocol.ProtocolException;
import io.zsync.protocol.RelativePath;
import java.io.IOException;
import java.util.Locale;
import java.util.concurrent.atomic.LongAdder;

/** Plans and applies what is no directory: files, symlinks, specials, and further names of them. One thread. */
final class LeafApplier {
    private static final byte[] NO_TARGET = {};
    private static final String IN_THE_WAY = "a directory that is not empty is in the way";

    private final ApplyOptions options;
    private final Delivery delivery;
    private final Planner planner;
    private final Inspector inspector;
    private final Changes changes;
    private final Stager stager;
    private final Counts counts;
    private final LongAdder plannedFiles = new LongAdder();
    private final ByteSum plannedBytes = new ByteSum();

    LeafApplier(ApplyOptions options, Delivery delivery, Planner planner, Inspector inspector, Changes changes) {
        this.options = options;
        this.delivery = delivery;
        this.planner = planner;
        this.inspector = inspector;
        this.changes = changes;
        this.stager = new Stager(delivery);
        this.counts = delivery.counts();
    }

    void apply(TargetDirectory parent, long number, ManifestItem.Leaf item) throws IOException, InterruptedException {
        Name name = item.name();
        RelativePath at = parent.path.child(name);
        if (item.entry() instanceof Entry.RegularFile) {
            counts.files.increment();
        }
        if (item.links() > 1) {
            requireLinks();
            delivery.links().begin(number, at, Changes.kind(item.entry()), item.links());
        }
        if (parent.lost) {
            unlinked(number, item, ProblemCode.TARGET_FAILED);
            counts.failed.increment();
            return;
        }
        if (delivery.candidates().isBackup(at, false)) {
            unlinked(number, item, ProblemCode.NAME_REFUSED);
            delivery.problem(at, ProblemCode.NAME_REFUSED, Candidates.IN_BACKUPS);
            return;
        }
        try {
            Member existing = parent.match(name);
            FileStat victim = existing == null ? null : existing.stat();
            Entry entry = options.rules().wanted(item.entry(), victim);
            Action action = delivery.candidates()
                    .makeWay(parent, existing, planner.plan(entry, inspector.existing(parent, existing, entry)));
            if (action instanceof Action.Refuse refuse) {
                unlinked(number, item, refuse.code());
                delivery.problem(at, refuse.code(), refusal(entry, refuse.code()));
                return;
            }
            changes.report(at, Changes.kind(entry), action, size(entry), target(entry));
            Destination destination =
                    new Destination(number, parent.path, name, parent.device, victim, item.links() > 1);
            switch (action) {
                case Action.Keep keep -> linkable(destination);
                case Action.Update update -> update(parent, destination, entry, update.attributes());
                default -> make(parent, destination, entry);
            }
        } catch (FileFailure | TargetChanged e) {
            unlinked(number, item, ProblemCode.TARGET_FAILED);
            delivery.failed(at, e);
        }
    }

    private void requireLinks() {
        if (!options.rules().asked().hardLinks()) {
            throw ProtocolException.violation("hard links that nobody asked for");
        }
    }

    private void unlinked(long number, ManifestItem.Leaf item, ProblemCode code) {
        if (item.links() > 1) {
            delivery.links().refused(number, code);
        }
    }

    /** The object is in its place already. */
    private void linkable(Destination destination) {
        FileStat object = destination.victim();
        if (destination.linked() && object != null) {
            delivery.links().settled(destination.entry(), object);
        }
    }

    /** One more name of an object: made when all first names are in their place. */
    void apply(TargetDirectory parent, long number, ManifestItem.HardLink item)
            throws IOException, InterruptedException {
        requireLinks();
        RelativePath at = parent.path.child(item.name());
        TargetLinks.Group group = delivery.links().next(item.first());
        if (group.kind() == Change.Kind.FILE) {
            counts.files.increment();
        }
        if (parent.lost) {
            counts.failed.increment();
            return;
        }
        if (delivery.candidates().isBackup(at, false)) {
            delivery.problem(at, ProblemCode.NAME_REFUSED, Candidates.IN_BACKUPS);
            return;
        }
        try {
            Member existing = parent.match(item.name());
            ProblemCode refusal = group.refusal();
            if (refusal != null) {
                boolean skipped = refusal == ProblemCode.SPECIAL_SKIPPED;
                delivery.problem(
                        at,
                        skipped ? refusal : ProblemCode.TARGET_FAILED,
                        "a name of " + group.path() + (skipped ? ", which is skipped" : ", which failed"));
                return;
            }
            FileStat victim = existing == null ? null : existing.stat();
            boolean occupied = victim != null && victim.isDirectory() && inspector.isOccupied(parent, item.name());
            Action action =
                    delivery.candidates().makeWay(parent, existing, planner.link(group.object(), victim, occupied));
            if (action instanceof Action.Refuse refuse) {
                delivery.problem(at, refuse.code(), IN_THE_WAY);
                return;
            }
            if (action instanceof Action.Keep) {
                counts.unchanged.increment();
                return;
            }
            Change.Action what = victim == null ? Change.Action.LINK : Change.Action.RELINK;
            changes.planned(
                    action,
                    new Change(at, group.kind(), what, 0, 0, group.path().bytes()));
            if (!options.dryRun()) {
                parent.touched = true;
                Destination destination =
                        new Destination(number, parent.path, item.name(), parent.device, victim, false);
                delivery.links().later(item.first(), group.path(), destination);
            }
        } catch (FileFailure e) {
            delivery.failed(at, e);
        }
    }

    private static String refusal(Entry entry, ProblemCode code) {
        return switch (entry) {
            case Entry.Symlink link when code == ProblemCode.SPECIAL_SKIPPED -> "symlink";
            case Entry.Special special
            when code == ProblemCode.SPECIAL_SKIPPED ->
                special.kind().name().toLowerCase(Locale.ROOT).replace('_', ' ');
            default -> IN_THE_WAY;
        };
    }

    private static long size(Entry entry) {
        return entry instanceof Entry.RegularFile file ? file.size() : 0;
    }

    private static byte[] target(Entry entry) {
        return entry instanceof Entry.Symlink link ? link.target() : NO_TARGET;
    }

    /**
     * Writes only what differs. A time above all is never written to a file that somebody has changed since it was looked
     * at: with the source's time and size it would count as equal for ever.
     */
    private void update(TargetDirectory parent, Destination destination, Entry entry, int attributes)
            throws IOException {
        linkable(destination);
        FileStat victim = destination.victim();
        if (options.dryRun() || victim == null) {
            return;
        }
        Name name = destination.name();
        TargetChanged.check(parent, name, victim, delivery.ownUpdates());
        delivery.ownUpdates().add(victim);
        boolean hasMode = !(entry instanceof Entry.Symlink);
        MetadataRules.Losses losses = delivery.losses(destination.path());
        options.rules().apply(parent.open().member(name), entry.metadata(), attributes, hasMode, losses);
        counts.changed.increment();
    }

    /** Has the object made beside its place; content comes from the sender. */
    private void make(TargetDirectory parent, Destination destination, Entry entry)
            throws IOException, InterruptedException {
        if (!(entry instanceof Entry.RegularFile file) || file.size() == 0) {
            if (!options.dryRun()) {
                parent.touched = true;
                stager.stage(parent.open(), destination, entry);
            }
            return;
        }
        if (options.dryRun()) {
            planned(file.size());
            counts.bytes.add(file.size());
            return;
        }
        Fetch fetch = delivery.leftovers().fetch(parent, destination, file);
        requireRoom(fetch);
        parent.touched = true;
        planned(fetch.missing());
        delivery.fetch(fetch);
    }

    private void planned(long bytes) {
        plannedFiles.increment();
        plannedBytes.add(bytes);
    }

    /** What an earlier run has left stays for another one if it does not fit now. */
    private void requireRoom(Fetch fetch) throws IOException, InterruptedException {
        boolean fits = false;
        try {
            delivery.requireRoom(fetch.destination(), fetch.room());
            fits = true;
        } finally {
            if (!fits) {
                fetch.discard();
            }
        }
    }

    /** Files whose content is asked for, or in a dry run would be. */
    long plannedFiles() {
        return plannedFiles.sum();
    }

    long plannedBytes() {
        return plannedBytes.sum();
    }
}
