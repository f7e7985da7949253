package io.zsync.protocol;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * Everything that travels on a control connection; SPEC.md section "Messages" gives each layout. Immutable. A file is
 * named by its entry number. Fields are checked here, so that no codec and no session sees a value out of range.
 */
public sealed interface Message {

    /** Initiator's first word. Frozen for all versions. */
    record Hello(int minVersion, int maxVersion, long features) implements Message {
        public Hello {
            if (minVersion < 1 || maxVersion < minVersion || maxVersion > 0xFFFF) {
                throw new IllegalArgumentException("versions " + minVersion + ".." + maxVersion);
            }
        }
    }

    /** Responder's answer: the highest common version, common features, its own bounds. */
    record Welcome(int version, long features, Credits credits) implements Message {
        public Welcome {
            if (version < 1 || version > 0xFFFF) {
                throw new IllegalArgumentException("version " + version);
            }
        }
    }

    /** What the initiator asks for. {@code path} is the subtree of the share; the root for all of it. */
    record Open(Mode mode, String share, RelativePath path, RunOptions options, Protection protection, Credits credits)
            implements Message {
        public Open {
            int length = share.getBytes(StandardCharsets.UTF_8).length;
            if (length < 1 || length > Limits.SHARE_LENGTH) {
                throw new IllegalArgumentException("share name of " + length + " bytes, not 1.." + Limits.SHARE_LENGTH);
            }
        }
    }

    /** The session exists; {@code streams} data streams are to be bound to it within 10 s. */
    record Opened(SessionId session, int streams, Protection protection) implements Message {
        public Opened {
            Transfer.checkStreams(streams);
        }
    }

    /** The session is over, for this reason; the connection closes behind it. Frozen. A long detail is cut. */
    record Failure(ErrorCode code, String detail) implements Message {
        public Failure {
            detail = cut(detail);
        }
    }

    /** A run of manifest items: LZ4 block of {@code plainLength} bytes, 1 to {@link Limits#MANIFEST_PART_LENGTH}. */
    record ManifestPart(int plainLength, byte[] block) implements Message {
        public ManifestPart {
            if (plainLength < 1 || plainLength > Limits.MANIFEST_PART_LENGTH) {
                throw new IllegalArgumentException(
                        "manifest part of " + plainLength + " bytes, not 1.." + Limits.MANIFEST_PART_LENGTH);
            }
            if (block.length < 1 || block.length > Limits.MANIFEST_BLOCK_LENGTH) {
                throw new IllegalArgumentException(
                        "manifest block of " + block.length + " bytes, not 1.." + Limits.MANIFEST_BLOCK_LENGTH);
            }
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof ManifestPart part
                    && plainLength == part.plainLength
                    && Arrays.equals(block, part.block);
        }

        @Override
        public int hashCode() {
            return Objects.hash(plainLength, Arrays.hashCode(block));
        }
    }

    /**
     * The receiver has planned all entries up to and including {@code throughEntry}, one manifest part more than before;
     * what it wants of them was asked for earlier. {@code plannedFiles} and {@code plannedBytes} count from the start.
     */
    record ManifestAck(long throughEntry, long plannedFiles, long plannedBytes, boolean complete) implements Message {
        public ManifestAck {
            checkCount("throughEntry", throughEntry);
            checkCount("plannedFiles", plannedFiles);
            checkCount("plannedBytes", plannedBytes);
        }
    }

    /** The receiver asks for a range of a file's content, as part of the given attempt at it. */
    record Want(long file, int attempt, long offset, long length) implements Message {
        public Want {
            checkFile(file, attempt);
            checkRange(offset, length);
        }
    }

    /**
     * Something that the receiver changes, or in a dry run would change; sent where the initiator asked for it.
     *
     * @param attributes in what it differs, of the constants below; 0 where all of it is new
     * @param size of a regular file, in bytes
     * @param target of a symlink where it leads, of a further name the path of the first one; else empty
     */
    record Change(RelativePath path, Kind kind, Action action, int attributes, long size, byte[] target)
            implements Message {
        public static final int CONTENT = 1;
        public static final int SIZE = 2;
        public static final int TIME = 4;
        public static final int MODE = 8;
        public static final int OWNER = 16;
        public static final int GROUP = 32;
        public static final int ACL = 64;
        public static final int ATTRIBUTES = 128;
        private static final int ALL = 255;

        public enum Kind implements Numbered {
            DIRECTORY(1),
            FILE(2),
            SYMLINK(3),
            /** A FIFO or socket. */
            SPECIAL(4),
            DEVICE(5);

            private final int number;

            Kind(int number) {
                this.number = number;
            }

            @Override
            public int number() {
                return number;
            }
        }

        public enum Action implements Numbered {
            /** Did not exist before. */
            CREATE(1),
            /** Replaced by new content or by another kind. */
            REPLACE(2),
            /** Only metadata differs. */
            UPDATE(3),
            /** Did not exist before: becomes one more name of an object. */
            LINK(4),
            /** Was another object: becomes one more name of an object. */
            RELINK(5),
            /** Only the target had it. */
            DELETE(6);

            private final int number;

            Action(int number) {
                this.number = number;
            }

            @Override
            public int number() {
                return number;
            }
        }

        public Change {
            if ((attributes & ~ALL) != 0) {
                throw new IllegalArgumentException("change attributes " + Integer.toHexString(attributes));
            }
            checkCount("size", size);
            if (target.length > Limits.PATH_LENGTH) {
                throw new IllegalArgumentException(
                        "change target of " + target.length + " bytes, at most " + Limits.PATH_LENGTH);
            }
            if (target.length > 0 && kind != Kind.SYMLINK && action != Action.LINK && action != Action.RELINK) {
                throw new IllegalArgumentException("change target of a " + kind + " to " + action);
            }
            target = target.clone();
        }

        @Override
        public byte[] target() {
            return target.clone();
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Change change
                    && path.equals(change.path)
                    && kind == change.kind
                    && action == change.action
                    && attributes == change.attributes
                    && size == change.size
                    && Arrays.equals(target, change.target);
        }

        @Override
        public int hashCode() {
            return Objects.hash(path, kind, action, attributes, size, Arrays.hashCode(target));
        }
    }

    /** One path was not replicated; the run goes on. A long detail is cut. */
    record Problem(RelativePath path, ProblemCode code, String detail) implements Message {
        public Problem {
            detail = cut(detail);
        }
    }

    /**
     * All wanted ranges of this attempt were sent, and a last look at the open descriptor found the file that was offered.
     */
    record FileSent(long file, int attempt, FileIdentity identity) implements Message {
        public FileSent {
            checkFile(file, attempt);
        }
    }

    /** The source is no longer what this attempt was about; the fresh entry is what the next one would send. */
    record SourceChanged(long file, int attempt, Entry.RegularFile fresh) implements Message {
        public SourceChanged {
            checkFile(file, attempt);
        }
    }

    /** The source cannot be sent at all: a SOURCE_ code, or INTEGRITY when a range kept arriving damaged. */
    record SourceLost(long file, int attempt, ProblemCode code) implements Message {
        public SourceLost {
            checkFile(file, attempt);
            switch (code) {
                case SOURCE_UNREADABLE, SOURCE_VANISHED, SOURCE_CHANGED, INTEGRITY -> {}
                default -> throw new IllegalArgumentException("code " + code + " is not about a source");
            }
        }
    }

    /** This range arrived with a payload check that does not match. */
    record ChunkRejected(long file, int attempt, long offset, long length) implements Message {
        public ChunkRejected {
            checkFile(file, attempt);
            checkRange(offset, length);
        }
    }

    /** The pack with this sequence number on this stream arrived damaged; nothing of it was used. */
    record PackRejected(int stream, long sequence) implements Message {
        public PackRejected {
            if (stream < 0 || stream >= Limits.STREAMS) {
                throw new IllegalArgumentException("stream " + stream);
            }
            checkCount("sequence", sequence);
        }
    }

    /**
     * The file is published, and on disk if {@code durable}; or complete, and published once the deletes have made room for
     * it.
     */
    record FileDone(long file, boolean durable) implements Message {
        public FileDone {
            checkCount("file", file);
        }
    }

    /** The receiver gives this file up and wants nothing more of it; a {@link Problem} says why. */
    record FileRefused(long file, ProblemCode code) implements Message {
        public FileRefused {
            checkCount("file", file);
        }
    }

    /** Everything is applied and, unless durability is none, synced. */
    record Applied(Tally tally) implements Message {}

    /** Sent every 10 s by a thread that does no work: alive; {@code work} moves as work is done. */
    record Heartbeat(long work, boolean syncing) implements Message {
        public Heartbeat {
            checkCount("work", work);
        }
    }

    /** Initiator's last word. */
    record Bye() implements Message {}

    /** A file's content was sent: by which path, why, and how many bytes; where the initiator of a pull asked for it. */
    record Moved(RelativePath path, DataPath dataPath, PathChoice choice, long bytes) implements Message {
        public Moved {
            switch (dataPath) {
                case SENDFILE, MAPPED, BUFFERED -> {}
                case CLONE, COPY_RANGE -> throw new IllegalArgumentException(dataPath + " does not reach a socket");
            }
            if (choice.isLocal()) {
                throw new IllegalArgumentException(choice + " is no reason of a sender's");
            }
            checkCount("bytes", bytes);
        }
    }

    /** Payload bytes that left the sender by each path, in all; its answer to {@link Applied} in a pull. */
    record PathTotals(long sendfileBytes, long mappedBytes, long bufferedBytes) implements Message {
        public PathTotals {
            checkCount("sendfileBytes", sendfileBytes);
            checkCount("mappedBytes", mappedBytes);
            checkCount("bufferedBytes", bufferedBytes);
        }
    }

    /**
     * The sender opened this file of {@link Limits#RESUMED_LENGTH} bytes or more, and this is what it was. What a receiver
     * keeps of it beyond the session it keeps under this identity.
     */
    record FileOpened(long file, int attempt, FileIdentity identity) implements Message {
        public FileOpened {
            checkFile(file, attempt);
            checkResumed(identity);
        }
    }

    /** Part of a file's content: {@code length} bytes, at least 1, from {@code offset} on. */
    record Range(long offset, long length) {
        public Range {
            checkRange(offset, length);
        }

        /** The first offset behind it. */
        public long end() {
            return offset + length;
        }
    }

    /**
     * The receiver asks for what it lacks of a file of which it has the rest, as part of the first attempt at it. If the file
     * is not of that identity any more, the rest is void and so is the attempt.
     *
     * @param ranges at least one, ascending, apart from each other, within the identity's size
     */
    record Resume(long file, FileIdentity identity, List<Range> ranges) implements Message {
        public Resume {
            checkCount("file", file);
            checkResumed(identity);
            if (ranges.isEmpty() || ranges.size() > Limits.FILE_FRAGMENTS) {
                throw new IllegalArgumentException(ranges.size() + " ranges, not 1.." + Limits.FILE_FRAGMENTS);
            }
            long end = -1;
            for (Range range : ranges) {
                if (range.offset() <= end || range.end() > identity.size()) {
                    throw new IllegalArgumentException("range " + range.offset() + "+" + range.length() + " behind "
                            + end + " of a file of " + identity.size() + " bytes");
                }
                end = range.end();
            }
            ranges = List.copyOf(ranges);
        }
    }

    /** The text, or as much of its beginning as fits {@link Limits#DETAIL_LENGTH}: an error report must not fail. */
    private static String cut(String detail) {
        int length = 0;
        for (int i = 0; i < detail.length(); ) {
            int c = detail.codePointAt(i);
            length += c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
            if (length > Limits.DETAIL_LENGTH) {
                return detail.substring(0, i);
            }
            i += Character.charCount(c);
        }
        return detail;
    }

    private static void checkFile(long file, int attempt) {
        checkCount("file", file);
        if (attempt < 1 || attempt > Limits.ATTEMPTS) {
            throw new IllegalArgumentException("attempt " + attempt + " not in 1.." + Limits.ATTEMPTS);
        }
    }

    private static void checkResumed(FileIdentity identity) {
        if (identity.size() < Limits.RESUMED_LENGTH) {
            throw new IllegalArgumentException(
                    "a file of " + identity.size() + " bytes, which is below " + Limits.RESUMED_LENGTH);
        }
    }

    private static void checkRange(long offset, long length) {
        if (offset < 0 || length < 1 || offset > Limits.FILE_LENGTH || length > Limits.FILE_LENGTH - offset) {
            throw new IllegalArgumentException("range " + offset + "+" + length);
        }
    }

    private static void checkCount(String what, long count) {
        if (count < 0) {
            throw new IllegalArgumentException(what + " " + count + " is negative");
        }
    }
}
