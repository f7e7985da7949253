package io.zsync.protocol;

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

    /** The mode after this clause. */
    public int apply(int mode, boolean isDirectory) {
        if (isDirectory ? !directories : !files) {
            return mode;
        }
        boolean executable = isDirectory || (mode & EXECUTE) != 0;
        return (mode & ~clear) | set | (executable ? setIfExecutable : 0);
    }
}
