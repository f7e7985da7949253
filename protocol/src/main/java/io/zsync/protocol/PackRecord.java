package io.zsync.protocol;

/**
 * The head of one small file inside a pack; {@code length} bytes of content follow it.
 *
 * @param identity the sender's stat of the open descriptor, taken after the read
 * @param length all of the file, 1 to {@link Limits#SMALL_FILE_LENGTH} - 1; equal to the identity's size
 */
public record PackRecord(long file, int attempt, FileIdentity identity, int length) {
    public PackRecord {
        if (file < 0 || attempt < 1 || attempt > Limits.ATTEMPTS) {
            throw new IllegalArgumentException("pack record: file " + file + ", attempt " + attempt);
        }
        if (length < 1 || length >= Limits.SMALL_FILE_LENGTH || length != identity.size()) {
            throw new IllegalArgumentException("pack record: length " + length + ", size " + identity.size());
        }
    }
}
