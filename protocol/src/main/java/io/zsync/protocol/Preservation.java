package io.zsync.protocol;

import java.util.List;

/**
 * Which metadata is kept, and what stands in for the source's.
 *
 * @param owner uid and gid, where the receiver may set them
 * @param permissions mode bits; without, existing objects keep theirs and new ones get the source's less the umask
 * @param times modification times
 * @param hardLinks names of one object stay names of one object
 * @param attributes extended attributes
 * @param acls POSIX access control lists
 * @param chownUser uid for everything, or {@link #AS_SOURCE}
 * @param chownGroup gid for everything, or {@link #AS_SOURCE}
 * @param chmod edits of every mode, one after the other, at most {@link Limits#MODE_EDITS}
 */
public record Preservation(
        boolean owner,
        boolean permissions,
        boolean times,
        boolean hardLinks,
        boolean attributes,
        boolean acls,
        int chownUser,
        int chownGroup,
        List<ModeEdit> chmod) {
    /** No id that an object can have: to the kernel it says "no change". */
    public static final int AS_SOURCE = -1;

    /** What {@code rsync -a} keeps. */
    public static final Preservation ARCHIVE =
            new Preservation(true, true, true, false, false, false, AS_SOURCE, AS_SOURCE, List.of());

    public Preservation {
        chmod = List.copyOf(chmod);
        if (chmod.size() > Limits.MODE_EDITS) {
            throw new IllegalArgumentException(chmod.size() + " mode edits, at most " + Limits.MODE_EDITS);
        }
    }

    /** True if an owner or group was asked for by number. */
    public boolean changesOwner() {
        return chownUser != AS_SOURCE || chownGroup != AS_SOURCE;
    }
}
