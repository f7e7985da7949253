package io.zsync.protocol;

import java.util.List;

/**
 * One clause of {@code --chmod}, worked out: bits that are cleared, then bits that are set.
 *
 * @param directories applies to directories
 * @param files applies to everything else that has a mode
 * @param clear bits taken away, 0 to 07777
 * @param set bits given, 0 to 07777
 * @param setIfExecutable bits given to directories, and to files of which anybody may execute the source
 */
public record ModeEdit(boolean directories, boolean files, int clear, int set, int setIfExecutable) {
    public ModeEdit {
        if (((clear | set | setIfExecutable) & ~Metadata.MODE_MASK) != 0) {
            throw new IllegalArgumentException("mode edit with bits beyond 07777");
        }
    }

    private static final int EXECUTE = 0111;

    /** The mode after these clauses, one after the other. */
    public static int apply(List<ModeEdit> clauses, int mode, boolean isDirectory) {
        boolean executable = isDirectory || (mode & EXECUTE) != 0;
        int edited = mode;
        for (ModeEdit clause : clauses) {
            edited = clause.apply(edited, isDirectory, executable);
        }
        return edited;
    }

    /** The mode after this clause alone. */
    public int apply(int mode, boolean isDirectory) {
        return apply(List.of(this), mode, isDirectory);
    }

    private int apply(int mode, boolean isDirectory, boolean executable) {
        if (isDirectory ? !directories : !files) {
            return mode;
        }
        return (mode & ~clear) | set | (executable ? setIfExecutable : 0);
    }
}
