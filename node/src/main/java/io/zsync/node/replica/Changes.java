package io.zsync.node.replica;

import io.zsync.protocol.Entry;
import io.zsync.protocol.Message.Change;
import io.zsync.protocol.RelativePath;

/** Counts what is planned, and tells it where that was asked for. One thread. */
final class Changes {
    private final ApplyOptions options;
    private final Counts counts;
    private final Reporter reporter;

    Changes(ApplyOptions options, Counts counts, Reporter reporter) {
        this.options = options;
        this.counts = counts;
        this.reporter = reporter;
    }

    /** @param target where a symlink leads; else empty */
    void report(RelativePath at, Change.Kind kind, Action action, long size, byte[] target) {
        switch (action) {
            case Action.Keep keep -> counts.unchanged.increment();
            case Action.Refuse refuse -> {}
            case Action.Create create -> planned(action, new Change(at, kind, Change.Action.CREATE, 0, size, target));
            case Action.Exchange exchange ->
                planned(action, new Change(at, kind, Change.Action.REPLACE, 0, size, target));
            case Action.Replace replace ->
                planned(action, new Change(at, kind, Change.Action.REPLACE, replace.attributes(), size, target));
            case Action.Update update ->
                planned(action, new Change(at, kind, Change.Action.UPDATE, update.attributes(), size, target));
        }
    }

    /** A change that is not an entry's own. */
    void planned(Action action, Change change) {
        // Everything else counts when it is done; in a dry run nothing is.
        if (options.dryRun() && change.kind() != Change.Kind.DIRECTORY) {
            count(action);
        }
        if (options.reportChanges()) {
            reporter.changed(change);
        }
    }

    void count(Action action) {
        switch (action) {
            case Action.Create create -> counts.created.increment();
            case Action.Exchange exchange -> counts.changed.increment();
            case Action.Replace replace -> counts.changed.increment();
            case Action.Update update -> counts.changed.increment();
            case Action.Keep keep -> {}
            case Action.Refuse refuse -> {}
        }
    }

    static Change.Kind kind(Entry entry) {
        return switch (entry) {
            case Entry.Directory directory -> Change.Kind.DIRECTORY;
            case Entry.RegularFile file -> Change.Kind.FILE;
            case Entry.Symlink link -> Change.Kind.SYMLINK;
            case Entry.Special special -> special.kind().isDevice() ? Change.Kind.DEVICE : Change.Kind.SPECIAL;
        };
    }
}
