package io.zsync.protocol;

import com.esotericsoftware.kryo.KryoException;
import com.esotericsoftware.kryo.io.Output;

/**
 * Control frames: {@code u32 length | u8 type | body}, big endian, the length counting type and body. Hides each
 * message's layout (SPEC.md section "Messages"). Reading ends in a message or in a {@link ProtocolException}, and
 * allocates no more than the frame's own length. Stateless; any thread.
 */
public final class MessageCodec {
    /** What comes before a frame's type and body. */
    public static final int PREFIX_LENGTH = Integer.BYTES;

    private static final int HELLO = 1;
    private static final int WELCOME = 2;
    private static final int OPEN = 3;
    private static final int OPENED = 4;
    private static final int FAILURE = 5;
    private static final int MANIFEST_PART = 6;
    private static final int MANIFEST_ACK = 7;
    private static final int WANT = 8;
    private static final int CHANGE = 9;
    private static final int PROBLEM = 10;
    private static final int FILE_SENT = 11;
    private static final int SOURCE_CHANGED = 12;
    private static final int SOURCE_LOST = 13;
    private static final int CHUNK_REJECTED = 14;
    private static final int PACK_REJECTED = 15;
    private static final int FILE_DONE = 16;
    private static final int FILE_REFUSED = 17;
    private static final int APPLIED = 18;
    private static final int HEARTBEAT = 19;
    private static final int BYE = 20;
    private static final int MOVED = 21;
    private static final int PATH_TOTALS = 22;
    private static final int FILE_OPENED = 23;
    private static final int RESUME = 24;

    private static final Message.Change.Kind[] KINDS = Message.Change.Kind.values();
    private static final Message.Change.Action[] ACTIONS = Message.Change.Action.values();
    private static final DataPath[] DATA_PATHS = DataPath.values();
    private static final PathChoice[] PATH_CHOICES = PathChoice.values();

    private MessageCodec() {}

    /**
     * Appends one complete frame, so that a writer can collect many and flush once.
     *
     * @param target without a stream; it grows up to its own maximum
     * @return bytes appended
     * @throws KryoException if the target is full; it is then as it was before
     */
    public static int append(Message message, Output target) {
        int start = target.position();
        try {
            target.writeInt(0);
            write(message, new FieldWriter(target));
        } catch (KryoException e) {
            target.setPosition(start);
            throw e;
        }
        int end = target.position();
        target.setPosition(start);
        target.writeInt(Integer.reverseBytes(end - start - PREFIX_LENGTH));
        target.setPosition(end);
        return end - start;
    }

    /**
     * The length of a frame's type and body, from the four bytes before them.
     *
     * @throws ProtocolException unless it is 1 to {@link Limits#CONTROL_FRAME_LENGTH}
     */
    public static int frameLength(byte[] source, int offset) {
        long length = (source[offset] & 0xFFL) << 24
                | (source[offset + 1] & 0xFF) << 16
                | (source[offset + 2] & 0xFF) << 8
                | (source[offset + 3] & 0xFF);
        if (length < 1 || length > Limits.CONTROL_FRAME_LENGTH) {
            throw ProtocolException.malformed(
                    "control frame of " + length + " bytes, not 1.." + Limits.CONTROL_FRAME_LENGTH);
        }
        return (int) length;
    }

    /**
     * The message in exactly these bytes: type and body, without the length before them.
     *
     * @throws ProtocolException if they are not one
     */
    public static Message decode(byte[] frame, int offset, int length) {
        FieldReader in = new FieldReader(frame, offset, length);
        int type = 0;
        try {
            type = in.u8();
            Message message = read(type, in);
            in.expectEnd();
            return message;
        } catch (KryoException | IndexOutOfBoundsException | NegativeArraySizeException | IllegalArgumentException e) {
            throw new ProtocolException(ErrorCode.MALFORMED, "message type " + type + ": " + e.getMessage(), e);
        }
    }

    private static void write(Message message, FieldWriter out) {
        switch (message) {
            case Message.Hello m ->
                out.u8(HELLO).u16(m.minVersion()).u16(m.maxVersion()).u64(m.features());
            case Message.Welcome m ->
                out.u8(WELCOME).u16(m.version()).u64(m.features()).credits(m.credits());
            case Message.Open m ->
                out.u8(OPEN)
                        .number(m.mode())
                        .text(m.share())
                        .path(m.path())
                        .options(m.options())
                        .number(m.protection())
                        .credits(m.credits());
            case Message.Opened m ->
                out.u8(OPENED).fixed(m.session().bytes()).varint(m.streams()).number(m.protection());
            case Message.Failure m -> out.u8(FAILURE).number(m.code()).text(m.detail());
            case Message.ManifestPart m ->
                out.u8(MANIFEST_PART).varint(m.plainLength()).bytes(m.block());
            case Message.ManifestAck m ->
                out.u8(MANIFEST_ACK)
                        .varint(m.throughEntry())
                        .varint(m.plannedFiles())
                        .varint(m.plannedBytes())
                        .flag(m.complete());
            case Message.Want m ->
                out.u8(WANT)
                        .varint(m.file())
                        .varint(m.attempt())
                        .varint(m.offset())
                        .varint(m.length());
            case Message.Change m ->
                out.u8(CHANGE)
                        .path(m.path())
                        .number(m.kind())
                        .number(m.action())
                        .u8(m.attributes())
                        .varint(m.size())
                        .bytes(m.target());
            case Message.Problem m ->
                out.u8(PROBLEM).path(m.path()).number(m.code()).text(m.detail());
            case Message.FileSent m ->
                out.u8(FILE_SENT).varint(m.file()).varint(m.attempt()).identity(m.identity());
            case Message.SourceChanged m ->
                out.u8(SOURCE_CHANGED).varint(m.file()).varint(m.attempt()).regularFile(m.fresh());
            case Message.SourceLost m ->
                out.u8(SOURCE_LOST).varint(m.file()).varint(m.attempt()).number(m.code());
            case Message.ChunkRejected m ->
                out.u8(CHUNK_REJECTED)
                        .varint(m.file())
                        .varint(m.attempt())
                        .varint(m.offset())
                        .varint(m.length());
            case Message.PackRejected m ->
                out.u8(PACK_REJECTED).varint(m.stream()).varint(m.sequence());
            case Message.FileDone m -> out.u8(FILE_DONE).varint(m.file()).flag(m.durable());
            case Message.FileRefused m -> out.u8(FILE_REFUSED).varint(m.file()).number(m.code());
            case Message.Applied m -> out.u8(APPLIED).tally(m.tally());
            case Message.Heartbeat m -> out.u8(HEARTBEAT).varint(m.work()).flag(m.syncing());
            case Message.Bye m -> out.u8(BYE);
            case Message.Moved m ->
                out.u8(MOVED)
                        .path(m.path())
                        .number(m.dataPath())
                        .number(m.choice())
                        .varint(m.bytes());
            case Message.PathTotals m ->
                out.u8(PATH_TOTALS)
                        .varint(m.sendfileBytes())
                        .varint(m.mappedBytes())
                        .varint(m.bufferedBytes());
            case Message.FileOpened m ->
                out.u8(FILE_OPENED).varint(m.file()).varint(m.attempt()).identity(m.identity());
            case Message.Resume m ->
                out.u8(RESUME).varint(m.file()).identity(m.identity()).ranges(m.ranges());
        }
    }

    /** Arguments are evaluated left to right (JLS 15.7.4), so each constructor call is its message's layout. */
    private static Message read(int type, FieldReader in) {
        return switch (type) {
            case HELLO -> new Message.Hello(in.u16(), in.u16(), in.u64());
            case WELCOME -> new Message.Welcome(in.u16(), in.u64(), in.credits());
            case OPEN ->
                new Message.Open(
                        in.mode(),
                        in.text("share", Limits.SHARE_LENGTH),
                        in.path(),
                        in.options(),
                        in.protection(),
                        in.credits());
            case OPENED ->
                new Message.Opened(SessionId.of(in.fixed("session", SessionId.LENGTH)), in.streams(), in.protection());
            case FAILURE -> new Message.Failure(in.error(), in.text("detail", Limits.DETAIL_LENGTH));
            case MANIFEST_PART ->
                new Message.ManifestPart(
                        in.varint("plain length", Limits.MANIFEST_PART_LENGTH),
                        in.bytes("block", Limits.MANIFEST_BLOCK_LENGTH));
            case MANIFEST_ACK ->
                new Message.ManifestAck(
                        in.count("through entry"),
                        in.count("planned files"),
                        in.count("planned bytes"),
                        in.flag("complete"));
            case WANT -> new Message.Want(in.count("file"), in.attempt(), in.count("offset"), in.count("length"));
            case CHANGE ->
                new Message.Change(
                        in.path(),
                        in.number(KINDS, "kind"),
                        in.number(ACTIONS, "action"),
                        in.u8(),
                        in.count("size"),
                        in.bytes("target", Limits.PATH_LENGTH));
            case PROBLEM -> new Message.Problem(in.path(), in.problem(), in.text("detail", Limits.DETAIL_LENGTH));
            case FILE_SENT -> new Message.FileSent(in.count("file"), in.attempt(), in.identity());
            case SOURCE_CHANGED -> new Message.SourceChanged(in.count("file"), in.attempt(), in.regularFile());
            case SOURCE_LOST -> new Message.SourceLost(in.count("file"), in.attempt(), in.problem());
            case CHUNK_REJECTED ->
                new Message.ChunkRejected(in.count("file"), in.attempt(), in.count("offset"), in.count("length"));
            case PACK_REJECTED ->
                new Message.PackRejected(in.varint("stream", Limits.STREAMS - 1), in.count("sequence"));
            case FILE_DONE -> new Message.FileDone(in.count("file"), in.flag("durable"));
            case FILE_REFUSED -> new Message.FileRefused(in.count("file"), in.problem());
            case APPLIED -> new Message.Applied(in.tally());
            case HEARTBEAT -> new Message.Heartbeat(in.count("work"), in.flag("syncing"));
            case BYE -> new Message.Bye();
            case MOVED ->
                new Message.Moved(
                        in.path(),
                        in.number(DATA_PATHS, "data path"),
                        in.number(PATH_CHOICES, "path choice"),
                        in.count("bytes"));
            case PATH_TOTALS ->
                new Message.PathTotals(
                        in.count("sendfile bytes"), in.count("mapped bytes"), in.count("buffered bytes"));
            case FILE_OPENED -> new Message.FileOpened(in.count("file"), in.attempt(), in.identity());
            case RESUME -> new Message.Resume(in.count("file"), in.identity(), in.ranges());
            default -> throw new IllegalArgumentException("no such message");
        };
    }
}
