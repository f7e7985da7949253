package io.zsync.node.replica;

import io.zsync.node.fs.Directory;
import io.zsync.node.fs.Directory.Member;
import io.zsync.protocol.Entry;
import io.zsync.protocol.Name;
import io.zsync.protocol.RelativePath;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One directory of the target while its entries are merged with the manifest's: both come in the same order, so one look
 * ahead is enough. Without a {@link Directory} it stands for one that does not exist (dry run) or cannot be worked in.
 */
final class TargetDirectory implements AutoCloseable {
    final RelativePath path;
    final Entry.Directory entry;
    final long device;
    /** Nothing below here can be applied; every entry counts as failed. */
    final boolean lost;

    private final @Nullable Directory open;
    private final List<Member> members;
    private final List<Member> extras = new ArrayList<>();
    private final Map<Name, Unfinished> unfinished = new HashMap<>();
    private int next;

    /** Its content was or will be changed, so its own metadata is written when all below it is done. */
    boolean touched;

    /** What is left out of the run here; set once, before any entry is met. */
    IgnoreRules rules = IgnoreRules.NONE;

    TargetDirectory(
            RelativePath path,
            Entry.Directory entry,
            long device,
            boolean lost,
            @Nullable Directory open,
            List<Member> members) {
        this.path = path;
        this.entry = entry;
        this.device = device;
        this.lost = lost;
        this.open = open;
        this.members = members;
    }

    /** @throws IllegalStateException if there is none, which no caller that applies anything may meet */
    Directory open() {
        Directory directory = open;
        if (directory == null) {
            throw new IllegalStateException("directory " + path + " is not open");
        }
        return directory;
    }

    /** What stands under this name; names must be asked for in ascending order. */
    @Nullable
    Member match(Name name) {
        while (next < members.size()) {
            Member member = members.get(next);
            int order = member.name().compareTo(name);
            if (order > 0) {
                return null;
            }
            next++;
            if (order == 0) {
                return member;
            }
            extras.add(member);
        }
        return null;
    }

    /** Keeps a staged file of an earlier run until its entry comes. @return another one for the same name, or null */
    @Nullable
    Unfinished keep(Unfinished left) {
        return unfinished.put(left.subject().target(), left);
    }

    /** What an earlier run has left of this name's file, once. */
    @Nullable
    Unfinished takeUnfinished(Name name) {
        return unfinished.remove(name);
    }

    /** What was left and not taken. */
    Collection<Unfinished> unfinished() {
        return unfinished.values();
    }

    boolean isOpen() {
        return open != null;
    }

    List<Member> members() {
        return members;
    }

    /** Called behind the last entry: what none of them matched, in order. */
    List<Member> extras() {
        extras.addAll(members.subList(next, members.size()));
        next = members.size();
        return extras;
    }

    @Override
    public void close() throws IOException {
        if (open != null) {
            open.close();
        }
    }
}
