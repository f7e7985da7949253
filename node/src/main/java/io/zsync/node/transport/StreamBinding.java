package io.zsync.node.transport;

import io.zsync.protocol.BindCodec;
import io.zsync.protocol.BindRequest;
import io.zsync.protocol.ErrorCode;
import io.zsync.protocol.Protection;
import io.zsync.protocol.ProtocolException;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;

/** Opens plain data streams and ties them to a session, from the initiator's side; the other is {@link PendingStream}. */
public final class StreamBinding {
    private StreamBinding() {}

    /**
     * Connects, asks for the stream and verifies the answer.
     *
     * @param deadline for all of it
     * @return bound, nothing read beyond the answer
     * @throws IOException if that was not done within the deadline, or the responder refused by closing
     * @throws ProtocolException if the answer does not prove the session's keys
     */
    public static DataStream open(
            InetSocketAddress address, BindRequest request, BindKeys keys, Deadlines deadlines, Duration deadline)
            throws IOException {
        requireClear(request.protection());
        String operation = "bind stream " + request.stream() + " to " + address;
        SocketChannel channel = SocketChannel.open();
        Deadlines.Deadline timer = deadlines.close(channel, deadline);
        boolean bound = false;
        try {
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.connect(address);
            byte[] sent = BindCodec.request(request, keys.initiator());
            write(channel, sent);
            byte[] reply = new byte[BindCodec.REPLY_LENGTH];
            read(channel, ByteBuffer.wrap(reply));
            if (!BindCodec.replyMatches(sent, reply, keys.responder())) {
                throw new ProtocolException(
                        ErrorCode.NOT_TRUSTED, operation + ": the answer does not prove the session");
            }
            timer.met(operation);
            bound = true;
            return DataStream.plain(channel);
        } catch (IOException e) {
            throw timer.explain(operation, e);
        } finally {
            timer.cancel();
            if (!bound) {
                channel.close();
            }
        }
    }

    /** The other levels do not ride on bare channels alone. */
    static void requireClear(Protection protection) {
        if (protection != Protection.CLEAR) {
            throw new IllegalArgumentException("a plain stream at level " + protection);
        }
    }

    static void write(SocketChannel channel, byte[] bytes) throws IOException {
        ByteBuffer source = ByteBuffer.wrap(bytes);
        while (source.hasRemaining()) {
            channel.write(source);
        }
    }

    static void read(SocketChannel channel, ByteBuffer target) throws IOException {
        while (target.hasRemaining()) {
            if (channel.read(target) < 0) {
                throw new EOFException(
                        "the peer closed after " + target.position() + " of " + target.limit() + " bytes");
            }
        }
    }
}
