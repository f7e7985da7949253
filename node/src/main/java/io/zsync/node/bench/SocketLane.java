package io.zsync.node.bench;

import io.zsync.node.api.BenchReport.Table;
import io.zsync.node.api.BenchReport.Way;
import io.zsync.node.copy.PathCounters;
import io.zsync.node.fs.OpenFile;
import io.zsync.node.transport.DataStream;
import io.zsync.node.transport.DataWriter;
import io.zsync.node.transport.Pace;
import io.zsync.node.transport.UncheckedStream;
import io.zsync.protocol.DataPath;
import io.zsync.protocol.Limits;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/**
 * From a file into a data stream over loopback, as a session sends one: a connection for each measurement, {@link
 * DataWriter} on this thread, a {@link Receiver} on another, chunks of 8 MiB.
 */
final class SocketLane implements Lane {
    private static final int FIRST_ATTEMPT = 1;

    private final Way way;
    private final OpenFile source;
    private volatile @Nullable SocketChannel sending;
    private volatile boolean cancelled;

    SocketLane(OpenFile source, DataPath path, boolean checked) {
        this.way = new Way(Table.SOCKET, path, checked);
        this.source = source;
    }

    @Override
    public Way way() {
        return way;
    }

    @Override
    public Sample run(long bytes, int transfers) throws IOException, WayRefused {
        try (ServerSocketChannel server =
                        ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
                SocketChannel near = SocketChannel.open(server.getLocalAddress());
                SocketChannel far = server.accept()) {
            near.setOption(StandardSocketOptions.TCP_NODELAY, true);
            sending = near;
            if (cancelled) {
                throw new IOException("cancelled");
            }
            return measure(near, new Receiver(far, way.checked(), bytes * transfers), bytes, transfers);
        } finally {
            sending = null;
        }
    }

    private Sample measure(SocketChannel near, Receiver receiver, long bytes, int transfers)
            throws IOException, WayRefused {
        PathCounters counters = new PathCounters();
        receiver.start();
        Charge sender;
        long begun;
        long chunks = 0;
        try (DataWriter writer = way.checked()
                ? new DataWriter(DataStream.plain(near), counters, new Pace(0), false)
                : UncheckedStream.writer(near, counters)) {
            Charge beginning = Charge.beginning();
            begun = beginning.nanos();
            for (int i = 0; i < transfers; i++) {
                chunks += send(writer, i, bytes);
            }
            sender = Charge.end().since(beginning);
        }
        Receiver.Received received = receiver.received();
        if (counters.bytes(way.path()) != bytes * transfers) {
            throw new WayRefused("the system refused it for this file");
        }
        return new Sample(
                transfers,
                bytes * transfers,
                received.end() - begun,
                Sample.Use.of(sender, way.path() == DataPath.SENDFILE ? sender.reads() : 0, chunks * mapCalls()),
                Sample.Use.of(received.charge(), 0, 0));
    }

    /** @return how many chunks it took */
    private long send(DataWriter writer, long file, long bytes) throws IOException {
        long chunks = 0;
        for (long offset = 0; offset < bytes; offset += Limits.CHUNK_LENGTH) {
            int length = (int) Math.min(Limits.CHUNK_LENGTH, bytes - offset);
            DataWriter.Sent sent = writer.chunk(source, file, FIRST_ATTEMPT, offset, length, way.path());
            if (!sent.whole()) {
                throw new IOException("the file that is measured with could not be read", sent.failure());
            }
            chunks++;
        }
        return chunks;
    }

    /** Of each chunk: {@code mmap} and {@code munmap}, to send from or to check what the kernel sent. */
    private int mapCalls() {
        return switch (way.path()) {
            case SENDFILE -> way.checked() ? 2 : 0;
            case MAPPED -> 2;
            case BUFFERED -> 0;
            case CLONE, COPY_RANGE -> throw new IllegalStateException(way.path() + " into a socket");
        };
    }

    @Override
    public void cancel() {
        cancelled = true;
        SocketChannel channel = sending;
        if (channel != null) {
            try {
                channel.close();
            } catch (IOException e) {
                // It was to break, and is broken.
                return;
            }
        }
    }
}
