package io.zsync.node.transport;

import java.io.Closeable;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;

/**
 * Somebody on the path who sees TLS records and may change those that go from near to far, once told to: a near socket and a
 * far one, joined by two threads.
 */
final class RecordProxy implements Closeable {
    private static final int HEAD_LENGTH = 5;

    private final Loopback left;
    private final Loopback right;
    private final List<Integer> answers = new CopyOnWriteArrayList<>();
    private final AtomicInteger forwarded = new AtomicInteger();
    /** Both end when either line does. */
    private final CompletableFuture<Void> there;

    private final CompletableFuture<Void> back;
    private volatile UnaryOperator<byte[]> change = record -> record;

    RecordProxy() throws IOException {
        left = Loopback.open();
        right = Loopback.open();
        there = Background.start(() -> forward(left.far(), right.near(), true));
        back = Background.start(() -> forward(right.near(), left.far(), false));
    }

    SocketChannel near() {
        return left.near();
    }

    SocketChannel far() {
        return right.far();
    }

    /** @param change gets each whole record that goes from near to far from now on; an empty answer cuts the line there */
    void change(UnaryOperator<byte[]> change) {
        this.change = change;
    }

    /** Records from near to far so far. */
    int forwarded() {
        return forwarded.get();
    }

    /** Lengths of the records from far to near so far. */
    List<Integer> answers() {
        return answers;
    }

    private Void forward(SocketChannel source, SocketChannel target, boolean there) throws IOException {
        Socket out = target.socket();
        try {
            DataInputStream in = new DataInputStream(source.socket().getInputStream());
            OutputStream to = out.getOutputStream();
            while (true) {
                byte[] head = in.readNBytes(HEAD_LENGTH);
                if (head.length < HEAD_LENGTH) {
                    throw new EOFException();
                }
                int length = Byte.toUnsignedInt(head[3]) << 8 | Byte.toUnsignedInt(head[4]);
                byte[] record = new byte[HEAD_LENGTH + length];
                System.arraycopy(head, 0, record, 0, HEAD_LENGTH);
                in.readFully(record, HEAD_LENGTH, length);
                if (there) {
                    forwarded.incrementAndGet();
                    record = change.apply(record);
                } else {
                    answers.add(record.length);
                }
                if (record.length == 0) {
                    throw new EOFException();
                }
                to.write(record);
            }
        } catch (IOException end) {
            out.shutdownOutput();
        }
        return null;
    }

    @Override
    public void close() throws IOException {
        left.close();
        right.close();
        CompletableFuture.allOf(there, back).exceptionally(lineIsClosed -> null).join();
    }
}
