package io.zsync.node.bench;

import io.zsync.node.transport.Arrivals;
import io.zsync.node.transport.ChunkSink;
import io.zsync.node.transport.DataReader;
import io.zsync.node.transport.DataStream;
import io.zsync.node.transport.UncheckedStream;
import io.zsync.protocol.FrameHeader;
import io.zsync.protocol.PackRecord;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/**
 * The receiving end of one measurement: a thread that reads frames, checks them if they carry a check, and drops what they
 * hold. It looks at its own charge when the first frame is there and when the last byte is verified.
 */
final class Receiver implements ChunkSink, ChunkSink.Claim {
    /**
     * What receiving took.
     *
     * @param end when the last byte was there, by {@link System#nanoTime}
     */
    record Received(Charge charge, long end) {}

    private final DataReader reader;
    private final long expected;
    private final CompletableFuture<Received> outcome = new CompletableFuture<>();
    private long announced;
    private long verified;
    private Charge beginning = new Charge(0, 0, 0, 0, 0, 0);

    Receiver(SocketChannel channel, boolean checked, long expected) {
        this.reader = checked
                ? new DataReader(DataStream.plain(channel), 0, this, new Arrivals(), false)
                : UncheckedStream.reader(channel, this);
        this.expected = expected;
    }

    void start() {
        Thread thread = new Thread(this::receive, "bench-receive");
        thread.setDaemon(true);
        thread.start();
    }

    private void receive() {
        try (reader) {
            reader.run();
            outcome.completeExceptionally(
                    new IOException("the connection ended after " + verified + " of " + expected + " bytes"));
        } catch (IOException | RuntimeException e) {
            outcome.completeExceptionally(e);
        }
    }

    /** Waits for the last byte, or for the end of the connection, whichever comes first. */
    Received received() throws IOException {
        try {
            return outcome.get();
        } catch (InterruptedException e) {
            throw new IllegalStateException("nobody interrupts a measurement", e);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause();
            throw new IOException("receiving: " + (cause == null ? e : cause).getMessage(), e);
        }
    }

    @Override
    public Claim claim(FrameHeader header) {
        if (announced == 0) {
            beginning = Charge.beginning();
        }
        announced = header.plainLength();
        return this;
    }

    @Override
    public void write(ByteBuffer bytes, long offset) {
        bytes.position(bytes.limit());
    }

    @Override
    public void verified() {
        verified += announced;
        if (verified == expected) {
            Charge end = Charge.end();
            outcome.complete(new Received(end.since(beginning), end.nanos()));
        }
    }

    @Override
    public void damaged() {
        throw new IllegalStateException("a chunk arrived damaged over loopback");
    }

    @Override
    public void abandoned() {}

    @Override
    public void packed(PackRecord packed, ByteBuffer content) {
        throw new IllegalStateException("a pack, which nobody sent");
    }

    @Override
    public void packDamaged(int stream, long sequence) {
        throw new IllegalStateException("a pack, which nobody sent");
    }
}
