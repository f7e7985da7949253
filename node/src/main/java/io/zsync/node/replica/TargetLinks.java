package io.zsync.node.replica;

import io.zsync.node.fs.FileStat;
import io.zsync.protocol.Limits;
import io.zsync.protocol.Message.Change;
import io.zsync.protocol.Name;
import io.zsync.protocol.ProblemCode;
import io.zsync.protocol.ProtocolException;
import io.zsync.protocol.RelativePath;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The objects of a manifest of which more names are to come, each remembered from its first name to its last; and the
 * further names themselves, put off until the first ones are in their place. Failures are told by any thread, all else is
 * for the one that plans.
 */
final class TargetLinks implements AutoCloseable {
    /** An object under its first name. */
    static final class Group {
        private final RelativePath path;
        private final Change.Kind kind;
        private int missing;
        private @Nullable FileStat object;
        private @Nullable ProblemCode refusal;

        private Group(RelativePath path, Change.Kind kind, int missing) {
            this.path = path;
            this.kind = kind;
            this.missing = missing;
        }

        Change.Kind kind() {
            return kind;
        }

        RelativePath path() {
            return path;
        }

        /** The object, where it is in its place already; null while it is still to be made. */
        @Nullable
        FileStat object() {
            return object;
        }

        /** Why there will be no such object, where that is known already. */
        @Nullable
        ProblemCode refusal() {
            return refusal;
        }
    }

    /** A further name that is to be made. */
    record Later(long first, RelativePath path, Destination destination) {}

    interface Maker {
        void make(Later link) throws IOException, InterruptedException;
    }

    private final Map<Long, Group> live = new HashMap<>();
    private final Set<Long> failed = ConcurrentHashMap.newKeySet();
    private final SpillFile later = new SpillFile();
    private long pathsLength;

    /**
     * An object begins.
     *
     * @param names it has in the source, more than one
     * @throws ProtocolException if too many are waited for, or their paths are too long
     */
    void begin(long entry, RelativePath path, Change.Kind kind, int names) {
        if (live.size() >= Limits.LINK_GROUPS) {
            throw ProtocolException.violation("more than " + Limits.LINK_GROUPS + " objects with names still to come");
        }
        pathsLength += path.length();
        if (pathsLength > Limits.LINK_PATHS_LENGTH) {
            throw ProtocolException.violation("objects with names still to come, whose paths take more than "
                    + Limits.LINK_PATHS_LENGTH + " bytes");
        }
        live.put(entry, new Group(path, kind, names - 1));
    }

    /** The object that begins with this entry is in its place already. */
    void settled(long entry, FileStat object) {
        Group group = live.get(entry);
        if (group != null) {
            group.object = object;
        }
    }

    /** @throws ProtocolException unless that entry has further names */
    Group next(long first) {
        Group group = live.get(first);
        if (group == null) {
            throw ProtocolException.violation("one more name of entry " + first + ", which has none to come");
        }
        group.missing--;
        if (group.missing == 0) {
            live.remove(first);
            pathsLength -= group.path.length();
        }
        return group;
    }

    /** The object that begins with this entry will not be made, and so none of its names. */
    void refused(long entry, ProblemCode code) {
        Group group = live.get(entry);
        if (group != null) {
            group.refusal = code;
        }
    }

    /** The object is not in its place and will not be. */
    void failed(long entry) {
        failed.add(entry);
    }

    boolean hasFailed(long first) {
        return failed.contains(first);
    }

    void later(long first, RelativePath firstPath, Destination destination) throws IOException {
        later.append(out -> {
            out.writeLong(first);
            SpillCodec.write(out, firstPath);
            out.writeLong(destination.entry());
            SpillCodec.write(out, destination.directory());
            SpillCodec.write(out, destination.name());
            out.writeLong(destination.device());
            FileStat victim = destination.victim();
            out.writeBoolean(victim != null);
            if (victim != null) {
                SpillCodec.write(out, victim);
            }
        });
    }

    /** Called once, when all first names are in their place. */
    void make(Maker maker) throws IOException, InterruptedException {
        later.replay(in -> {
            long first = in.readLong();
            RelativePath path = SpillCodec.path(in);
            long entry = in.readLong();
            RelativePath directory = SpillCodec.path(in);
            Name name = SpillCodec.name(in);
            long device = in.readLong();
            FileStat victim = in.readBoolean() ? SpillCodec.stat(in) : null;
            // Linked: where the content is copied, the names that follow are made of this one.
            maker.make(new Later(first, path, new Destination(entry, directory, name, device, victim, true)));
        });
    }

    @Override
    public void close() throws IOException {
        later.close();
    }
}
