package io.zsync.protocol;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One path of a tree as a manifest describes it. Entries are numbered from 0, the tree's root, in manifest order; the
 * number is how later messages name a file.
 */
public sealed interface Entry {
    Metadata metadata();

    record Directory(Metadata metadata) implements Entry {}

    /**
     * @param size bytes, 0 to {@link Limits#FILE_LENGTH}
     * @param sparse true if fewer blocks are allocated than the size needs, so that holes are worth looking for
     * @param digest of the content; null where contents are compared by time
     */
    record RegularFile(
            Metadata metadata,
            long size,
            boolean sparse,
            @Nullable Digest digest) implements Entry {
        /** One that nobody compares by its digest. */
        public RegularFile(Metadata metadata, long size, boolean sparse) {
            this(metadata, size, sparse, null);
        }

        public RegularFile {
            if (size < 0 || size > Limits.FILE_LENGTH) {
                throw new IllegalArgumentException("file size " + size + " not in 0.." + Limits.FILE_LENGTH);
            }
        }
    }

    /** A symbolic link with its target as bytes, 1 to 4,095 of them and no NUL; the target is data, never followed. */
    record Symlink(Metadata metadata, byte[] target) implements Entry {
        public Symlink {
            if (target.length < 1 || target.length > Limits.LINK_TARGET_LENGTH) {
                throw new IllegalArgumentException(
                        "link target of " + target.length + " bytes, not 1.." + Limits.LINK_TARGET_LENGTH);
            }
            for (byte b : target) {
                if (b == 0) {
                    throw new IllegalArgumentException("NUL in a link target");
                }
            }
            target = target.clone();
        }

        @Override
        public byte[] target() {
            return target.clone();
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Symlink link
                    && metadata.equals(link.metadata)
                    && Arrays.equals(target, link.target);
        }

        @Override
        public int hashCode() {
            return 31 * metadata.hashCode() + Arrays.hashCode(target);
        }

        @Override
        public String toString() {
            return "Symlink[metadata=" + metadata + ", target=" + Escape.bytes(target) + "]";
        }
    }

    /**
     * A FIFO, socket or device.
     *
     * @param device major and minor number of a device as {@code makedev} packs them, not negative; 0 for the other kinds
     */
    record Special(Metadata metadata, SpecialKind kind, long device) implements Entry {
        public Special {
            if (device < 0) {
                throw new IllegalArgumentException("device number " + device);
            }
            if (device != 0 && !kind.isDevice()) {
                throw new IllegalArgumentException("a " + kind + " with a device number");
            }
        }
    }

    enum SpecialKind implements Numbered {
        FIFO(1),
        SOCKET(2),
        CHARACTER_DEVICE(3),
        BLOCK_DEVICE(4);

        private final int number;

        SpecialKind(int number) {
            this.number = number;
        }

        public boolean isDevice() {
            return this == CHARACTER_DEVICE || this == BLOCK_DEVICE;
        }

        @Override
        public int number() {
            return number;
        }
    }
}
