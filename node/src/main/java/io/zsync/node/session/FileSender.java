package io.zsync.node.session;

import io.zsync.node.fs.FileFailure;
import io.zsync.node.fs.FileStat;
import io.zsync.node.fs.OpenFile;
import io.zsync.node.fs.Root;
import io.zsync.node.replica.DirectoryCursor;
import io.zsync.node.replica.EntryReader;
import io.zsync.node.replica.Offer;
import io.zsync.node.session.OutgoingFile.Compression;
import io.zsync.node.session.OutgoingFile.Segment;
import io.zsync.node.transport.DataWriter;
import io.zsync.node.transport.DataWriter.SentChunk;
import io.zsync.node.transport.OutboundPack;
import io.zsync.protocol.DataPath;
import io.zsync.protocol.Entry;
import io.zsync.protocol.FileIdentity;
import io.zsync.protocol.FrameHeader;
import io.zsync.protocol.Limits;
import io.zsync.protocol.Message;
import io.zsync.protocol.PathChoice;
import io.zsync.protocol.ProblemCode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One data stream's work on the sender's side: takes tasks from the {@link SendQueue}, moves content, and tells over control
 * what became of each attempt. An attempt is confirmed only after a last look at the descriptor it was sent from. A failing
 * source costs its file; only a failing stream costs the session.
 */
final class FileSender implements Session.Work {
    private final Session session;
    private final Root root;
    private final SendQueue queue;
    private final DataWriter writer;
    private final int stream;
    private final DataPath streamPath;
    private final boolean forced;
    private final boolean compress;
    private final Consumer<Message.Moved> explain;
    private final EntryReader reader;

    /**
     * @param streamPath how files of their own frames are sent
     * @param compress files whose sample shrinks
     * @param explain is told each file whose content goes out, before the receiver can be done with it
     * @param reader describes files that changed
     */
    FileSender(
            Session session,
            Root root,
            SendQueue queue,
            DataWriter writer,
            int stream,
            DataPath streamPath,
            boolean forced,
            boolean compress,
            Consumer<Message.Moved> explain,
            EntryReader reader) {
        this.session = session;
        this.root = root;
        this.queue = queue;
        this.writer = writer;
        this.stream = stream;
        this.streamPath = streamPath;
        this.forced = forced;
        this.compress = compress;
        this.explain = explain;
        this.reader = reader;
    }

    @Override
    public void run() throws IOException, InterruptedException {
        try (DirectoryCursor cursor = new DirectoryCursor(root)) {
            SendQueue.Task task = queue.next();
            while (task != null) {
                switch (task) {
                    case SendQueue.Task.Pack pack -> sendPack(pack.files(), cursor);
                    case SendQueue.Task.Stream next -> sendSegment(next.file(), cursor);
                    case SendQueue.Task.Recheck recheck -> {
                        try {
                            recheck(recheck.file(), recheck.rejected(), cursor);
                        } finally {
                            queue.rechecked();
                        }
                    }
                }
                task = queue.next();
            }
        } catch (IOException e) {
            session.streamBroke(e);
        }
    }

    private void sendPack(List<OutgoingFile> files, DirectoryCursor cursor) throws IOException {
        OutboundPack pack = writer.pack();
        List<OutgoingFile> packed = new ArrayList<>(files.size());
        for (int i = 0; i < files.size(); i++) {
            OutgoingFile file = files.get(i);
            if (!file.mayBePacked()) {
                // Another thread has found meanwhile that it changed.
                continue;
            }
            if (!pack.hasRoomFor((int) file.size())) {
                queue.back(files.subList(i, files.size()));
                break;
            }
            if (file.takeWhole() && addToPack(pack, file, cursor)) {
                packed.add(file);
            }
        }
        if (pack.isEmpty()) {
            return;
        }
        // Before it is sent: a rejection may come back at once.
        packed.forEach(file -> file.packed(stream, writer.nextSequence()));
        writer.sendPack(header -> explain(packed, header));
    }

    private void explain(List<OutgoingFile> packed, FrameHeader header) {
        PathChoice choice =
                header.isCompressed() ? PathChoice.COMPRESSED : forced ? PathChoice.FORCED : PathChoice.SMALL_FILE;
        for (OutgoingFile file : packed) {
            explain.accept(new Message.Moved(file.offer().path(), DataPath.BUFFERED, choice, file.size()));
        }
    }

    private boolean addToPack(OutboundPack pack, OutgoingFile file, DirectoryCursor cursor) {
        try (OpenFile open =
                cursor.at(file.offer().directory()).open(file.offer().name())) {
            FileIdentity identity = file.identity();
            if (open.stat().identity().equals(identity)
                    && pack.add(open, file.offer().file(), file.attempt(), identity)) {
                return true;
            }
            changed(file, cursor);
        } catch (IOException e) {
            lost(file, e);
        }
        return false;
    }

    /** Sends the next segment of a file; whoever finds nothing left and nothing in flight concludes the attempt. */
    private void sendSegment(OutgoingFile file, DirectoryCursor cursor) throws IOException {
        OpenFile source;
        Segment segment = null;
        boolean compressed = false;
        synchronized (file.io) {
            source = open(file, cursor);
            if (source != null) {
                try {
                    boolean mayCompress = compress && file.compression() != Compression.NOT_WORTHWHILE;
                    segment = file.next(source, writer.chunkLength(mayCompress));
                    compressed = mayCompress && segment != null && shrinks(file, source, segment);
                } catch (IOException e) {
                    lost(file, e);
                }
            }
        }
        if (source == null || segment == null) {
            queue.exhausted(file);
        } else {
            send(file, source, segment, compressed);
        }
        synchronized (file.io) {
            conclude(file, cursor);
        }
    }

    /** Whether the segment goes out compressed. The first one with data decides for all of the attempt. */
    private boolean shrinks(OutgoingFile file, OpenFile source, Segment segment) {
        if (segment.hole()) {
            return false;
        }
        if (file.compression() == Compression.UNKNOWN) {
            boolean shrinks;
            try {
                shrinks = writer.shrinks(source, segment.offset(), segment.length());
            } catch (IOException e) {
                // Sending it meets the same fault, and knows what to do about it.
                return false;
            }
            file.compression(shrinks ? Compression.WORTHWHILE : Compression.NOT_WORTHWHILE);
        }
        return file.compression() == Compression.WORTHWHILE;
    }

    private void send(OutgoingFile file, OpenFile source, Segment segment, boolean compressed) throws IOException {
        boolean out = false;
        try {
            sendWhole(file, source, segment, compressed);
            out = true;
        } finally {
            if (!out) {
                file.broke(segment);
                if (file.isDropped() && file.concludes()) {
                    file.close();
                }
            }
        }
    }

    private void sendWhole(OutgoingFile file, OpenFile source, Segment segment, boolean compressed) throws IOException {
        long number = file.offer().file();
        if (segment.hole()) {
            writer.hole(number, segment.attempt(), segment.offset(), segment.length());
            file.sent(segment, null);
            return;
        }
        int length = (int) segment.length();
        DataWriter.Sent sent = compressed
                ? writer.compressed(source, number, segment.attempt(), segment.offset(), length)
                : writer.chunk(source, number, segment.attempt(), segment.offset(), length, streamPath);
        if (!sent.whole()) {
            file.spoil();
        }
        if (sent.failure() != null) {
            // While the segment is still in hand: nobody else may conclude the attempt meanwhile, and offer another
            // one.
            lost(file, sent.failure());
        }
        file.sent(segment, sent);
    }

    /** The descriptor of this attempt. @return null if the file is no longer the one that is wanted */
    private @Nullable OpenFile open(OutgoingFile file, DirectoryCursor cursor) {
        OpenFile open = file.file();
        if (open != null || file.isDropped() || !file.hasRanges()) {
            return open;
        }
        try {
            OpenFile opened =
                    cursor.at(file.offer().directory()).open(file.offer().name());
            try {
                if (opened.stat().identity().equals(file.identity())) {
                    file.opened(opened);
                    if (file.size() >= Limits.RESUMED_LENGTH && !file.isSpoilt()) {
                        session.send(new Message.FileOpened(file.offer().file(), file.attempt(), file.identity()));
                    }
                    return opened;
                }
            } catch (IOException e) {
                opened.close();
                throw e;
            }
            opened.close();
            changed(file, cursor);
        } catch (IOException e) {
            lost(file, e);
        }
        return null;
    }

    private void conclude(OutgoingFile file, DirectoryCursor cursor) {
        OpenFile open = file.file();
        if (open == null || !file.concludes()) {
            return;
        }
        try (file) {
            if (file.isDropped()) {
                return;
            }
            if (file.isSpoilt() || !open.stat().identity().equals(file.identity())) {
                changed(file, cursor);
                return;
            }
            // In this order: with its last file a run may be over.
            explain.accept(explanation(file));
            session.send(new Message.FileSent(file.offer().file(), file.attempt(), file.identity()));
        } catch (IOException e) {
            lost(file, e);
        }
    }

    private Message.Moved explanation(OutgoingFile file) {
        if (file.bytes() == 0) {
            return new Message.Moved(file.offer().path(), streamPath, PathChoice.HOLE, 0);
        }
        return new Message.Moved(file.offer().path(), file.path(), choice(file), file.bytes());
    }

    private PathChoice choice(OutgoingFile file) {
        return switch (file.choice()) {
            case KERNEL_SENDS, ENCRYPTED, FORCED ->
                compress ? PathChoice.NOT_COMPRESSIBLE : forced ? PathChoice.FORCED : file.choice();
            default -> file.choice();
        };
    }

    /** The source is not what this attempt is about: say what it is now, by a fresh look at its name. */
    private void changed(OutgoingFile file, DirectoryCursor cursor) throws IOException {
        FileStat now;
        Entry.RegularFile fresh;
        try (OpenFile open =
                cursor.at(file.offer().directory()).open(file.offer().name())) {
            now = open.stat();
            fresh = reader.fresh(open, now);
        }
        file.close();
        int attempt = file.attempt();
        if (attempt == Limits.ATTEMPTS) {
            lost(file, ProblemCode.SOURCE_CHANGED);
            return;
        }
        file.startOver(fresh, now.identity());
        queue.exhausted(file);
        session.send(new Message.SourceChanged(file.offer().file(), attempt, fresh));
    }

    private void lost(OutgoingFile file, IOException cause) {
        ProblemCode code = Offer.loss(cause);
        if (code == ProblemCode.SOURCE_UNREADABLE) {
            queue.unreadable(file, Offer.reason(cause));
        }
        lost(file, code);
    }

    private void lost(OutgoingFile file, ProblemCode code) {
        if (file.isDropped()) {
            return;
        }
        queue.lost(file);
        session.send(new Message.SourceLost(file.offer().file(), file.attempt(), code));
    }

    /** Still what was sent: the wire's fault, once more. Something else: the source has changed. */
    private void recheck(OutgoingFile file, Message.ChunkRejected rejected, DirectoryCursor cursor)
            throws IOException, InterruptedException {
        SentChunk chunk = file.chunk(rejected.offset());
        if (chunk == null ? !file.isForgetful() : !isOf(chunk.header(), rejected)) {
            return;
        }
        synchronized (file.io) {
            if (file.attempt() != rejected.attempt()) {
                // Another thread has found meanwhile that the source changed, and said so.
                return;
            }
            try (OpenFile open = open(file.offer(), cursor)) {
                if (chunk != null && !file.mayResend(rejected.offset())) {
                    lost(file, ProblemCode.INTEGRITY);
                    return;
                }
                // Whose fault it is cannot be told of one that went out too long ago to be remembered.
                DataWriter.Sent sent = chunk == null ? null : writer.resend(open, chunk);
                if (sent != null) {
                    file.sentAgain(sent);
                } else if (file.spoilConcluded()) {
                    changed(file, cursor);
                }
            } catch (DataWriter.SourceUnreadable e) {
                lost(file, e.reason());
            } catch (FileFailure e) {
                lost(file, e);
            }
        }
    }

    private static boolean isOf(FrameHeader sent, Message.ChunkRejected rejected) {
        return sent.attempt() == rejected.attempt() && sent.plainLength() == rejected.length();
    }

    private static OpenFile open(Offer offer, DirectoryCursor cursor) throws IOException {
        return cursor.at(offer.directory()).open(offer.name());
    }
}
