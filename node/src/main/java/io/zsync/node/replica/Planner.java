package io.zsync.node.replica;

import io.zsync.node.fs.FileKind;
import io.zsync.node.fs.FileStat;
import io.zsync.protocol.Comparison;
import io.zsync.protocol.Digest;
import io.zsync.protocol.Entry;
import io.zsync.protocol.Message.Change;
import io.zsync.protocol.Metadata;
import io.zsync.protocol.ProblemCode;
import java.util.Arrays;
import java.util.Objects;
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
    private final Comparison comparison;
    private final boolean skipLinks;

    /** @param skipLinks symlinks of the source are left out */
    public Planner(MetadataRules rules, Comparison comparison, boolean skipLinks) {
        this.rules = rules;
        this.comparison = comparison;
        this.skipLinks = skipLinks;
    }

    /**
     * What stands under an entry's name in the target.
     *
     * @param metadata with the attributes that are kept
     * @param linkTarget where a symlink leads, null for every other kind
     * @param digest of a regular file's content, null where nobody needs to know
     * @param occupied true for a directory that holds anything of the user's
     */
    public record Existing(
            FileStat stat,
            Metadata metadata,
            byte @Nullable [] linkTarget,
            @Nullable Digest digest,
            boolean occupied) {}

    /** @param existing null if nothing stands under the entry's name */
    public Action plan(Entry source, @Nullable Existing existing) {
        if (source instanceof Entry.Special special && special.kind().isDevice() && !rules.makesDevices()) {
            return new Action.Refuse(ProblemCode.SPECIAL_SKIPPED);
        }
        if (source instanceof Entry.Symlink && skipLinks) {
            return new Action.Refuse(ProblemCode.SPECIAL_SKIPPED);
        }
        if (existing == null) {
            return CREATE;
        }
        return switch (source) {
            case Entry.Directory directory -> directory(directory, existing);
            case Entry.RegularFile file -> file(file, existing);
            case Entry.Symlink link -> symlink(link, existing);
            case Entry.Special special -> special(special, existing);
        };
    }

    /**
     * What becomes of a further name of an object.
     *
     * @param first the object, where it is in its place already; null while it is still to be made
     */
    public Action link(@Nullable FileStat first, @Nullable FileStat existing, boolean occupied) {
        if (existing == null) {
            return CREATE;
        }
        if (first != null && existing.sameObject(first)) {
            return KEEP;
        }
        if (existing.isDirectory()) {
            return displace(occupied);
        }
        return new Action.Replace(0);
    }

    private Action directory(Entry.Directory source, Existing existing) {
        if (!existing.stat().isDirectory()) {
            return EXCHANGE;
        }
        return updateOrKeep(rules.differences(source.metadata(), existing.metadata(), true));
    }

    private Action file(Entry.RegularFile source, Existing existing) {
        FileStat stat = existing.stat();
        if (!stat.isRegular()) {
            return displace(existing.occupied());
        }
        if (comparison.update() && stat.metadata().isNewerThan(source.metadata())) {
            return KEEP;
        }
        int differences = rules.differences(source.metadata(), existing.metadata(), true);
        boolean sameSize = source.size() == stat.size();
        if (sameSize && sameContent(source, existing)) {
            return updateOrKeep(differences);
        }
        return new Action.Replace(differences | Change.CONTENT | (sameSize ? 0 : Change.SIZE));
    }

    /** Of files of one size: the same digest where that was asked for, else the same modification time. */
    private boolean sameContent(Entry.RegularFile source, Existing existing) {
        return comparison.checksum()
                ? Objects.equals(source.digest(), existing.digest())
                : source.metadata().sameTime(existing.metadata());
    }

    private Action symlink(Entry.Symlink source, Existing existing) {
        FileStat stat = existing.stat();
        if (stat.kind() != FileKind.SYMLINK) {
            return displace(existing.occupied());
        }
        int differences = rules.differences(source.metadata(), existing.metadata(), false);
        if (Arrays.equals(source.target(), existing.linkTarget())) {
            return updateOrKeep(differences);
        }
        return new Action.Replace(differences | Change.CONTENT);
    }

    private Action special(Entry.Special source, Existing existing) {
        FileStat stat = existing.stat();
        if (stat.kind() != Stager.kind(source)) {
            return displace(existing.occupied());
        }
        int differences = rules.differences(source.metadata(), existing.metadata(), true);
        return stat.special() == source.device()
                ? updateOrKeep(differences)
                : new Action.Replace(differences | Change.CONTENT);
    }

    /** A directory that holds anything is never removed for a file without being asked to delete. */
    private static Action displace(boolean occupied) {
        return occupied ? new Action.Refuse(ProblemCode.DIRECTORY_IN_THE_WAY) : EXCHANGE;
    }

    private static Action updateOrKeep(int differences) {
        return differences == 0 ? KEEP : new Action.Update(differences);
    }
}
