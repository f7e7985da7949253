package io.zsync.node.replica;

import io.zsync.node.fs.FileKind;
import io.zsync.node.fs.FileStat;
import io.zsync.protocol.Entry;
import io.zsync.protocol.Message.Change;
import io.zsync.protocol.ProblemCode;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Decides, entry by entry, what makes a target match its source. Pure: it looks at two descriptions and answers with an
 * {@link Action}; it opens nothing, remembers nothing, and the same question always gets the same answer. Every rule of
 * what counts as equal stands here and nowhere else.
 */
public final class Planner {
    private static final Action KEEP = new Action.Keep();
    private static final Action CREATE = new Action.Create();
    private static final Action EXCHANGE = new Action.Exchange();

    private final MetadataRules rules;

    public Planner(MetadataRules rules) {
        this.rules = rules;
    }

    /**
     * What stands under an entry's name in the target.
     *
     * @param linkTarget the target of a symlink, null for every other kind
     * @param occupied true for a directory that holds anything of the user's
     */
    public record Existing(FileStat stat, byte @Nullable [] linkTarget, boolean occupied) {}

    /** @param existing null if nothing stands under the entry's name */
    public Action plan(Entry source, @Nullable Existing existing) {
        if (source instanceof Entry.Special) {
            return new Action.Refuse(ProblemCode.SPECIAL_SKIPPED);
        }
        if (existing == null) {
            return CREATE;
        }
        return switch (source) {
            case Entry.Directory directory -> directory(directory, existing);
            case Entry.RegularFile file -> file(file, existing);
            case Entry.Symlink link -> symlink(link, existing);
            case Entry.Special special -> throw new AssertionError(special);
        };
    }

    private Action directory(Entry.Directory source, Existing existing) {
        if (!existing.stat().isDirectory()) {
            return EXCHANGE;
        }
        return updateOrKeep(rules.differences(source.metadata(), existing.stat().metadata(), true));
    }

    /** Content counts as equal when size and modification time are. */
    private Action file(Entry.RegularFile source, Existing existing) {
        FileStat stat = existing.stat();
        if (!stat.isRegular()) {
            return displace(existing);
        }
        int differences = rules.differences(source.metadata(), stat.metadata(), true);
        boolean sameSize = source.size() == stat.size();
        if (sameSize && (differences & Change.TIME) == 0) {
            return updateOrKeep(differences);
        }
        return new Action.Replace(differences | Change.CONTENT | (sameSize ? 0 : Change.SIZE));
    }

    private Action symlink(Entry.Symlink source, Existing existing) {
        FileStat stat = existing.stat();
        if (stat.kind() != FileKind.SYMLINK) {
            return displace(existing);
        }
        int differences = rules.differences(source.metadata(), stat.metadata(), false);
        if (Arrays.equals(source.target(), existing.linkTarget())) {
            return updateOrKeep(differences);
        }
        return new Action.Replace(differences | Change.CONTENT);
    }

    /** A directory that holds anything is never removed for a file without being asked to delete. */
    private static Action displace(Existing existing) {
        return existing.occupied() ? new Action.Refuse(ProblemCode.DIRECTORY_IN_THE_WAY) : EXCHANGE;
    }

    private static Action updateOrKeep(int differences) {
        return differences == 0 ? KEEP : new Action.Update(differences);
    }
}
