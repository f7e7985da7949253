package io.zsync.node.transport;

import io.zsync.protocol.BindCodec;
import io.zsync.protocol.BindRequest;
import io.zsync.protocol.ErrorCode;
import io.zsync.protocol.Protection;
import io.zsync.protocol.ProtocolException;
import io.zsync.protocol.TagKey;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Opens data streams and ties them to a session, from the initiator's side; the other is {@link PendingStream}. */
public final class StreamBinding {
    private StreamBinding() {}

    /**
     * Makes a level's first bytes as fast as its later ones: at level safe the cipher is used, on a thread of its own, until
     * the JVM has compiled it. Returns at once.
     */
    public static void warmUp(@Nullable Protection level) {
        if (level == Protection.SAFE) {
            Thread.ofPlatform().daemon().name("zsync-warm-up").start(TagKey::warmUp);
        }
    }

    /**
     * Connects, asks for the stream and verifies the answer.
     *
     * @param deadline for all of it
     * @return bound, nothing read beyond the answer
     * @throws IOException if that was not done within the deadline, or the responder refused by closing
     * @throws ProtocolException if the answer does not prove the session's keys, or another key than the peer's is there
     */
    public static DataStream open(
            InetSocketAddress address, BindRequest request, BindKeys keys, Deadlines deadlines, Duration deadline)
            throws IOException {
        String operation = "bind stream " + request.stream() + " to " + address;
        SocketChannel channel = SocketChannel.open();
        return Establishing.within(deadline, operation, channel, deadlines, timer -> {
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.connect(address);
            DataStream stream = switch (request.protection()) {
                case CLEAR -> DataStream.plain(channel);
                case SAFE -> DataStream.tagged(channel, keys.tagKey(request.stream()));
                case PRIVATE ->
                    new TlsStream(TlsChannel.connect(
                            channel, keys.self(), keys.peer()::equals, TlsChannel.Purpose.DATA, deadlines));
            };
            byte[] sent = BindCodec.request(request, keys.initiator());
            stream.write(ByteBuffer.wrap(sent));
            byte[] reply = new byte[BindCodec.REPLY_LENGTH];
            read(stream, ByteBuffer.wrap(reply));
            if (!BindCodec.replyMatches(sent, reply, keys.responder())) {
                throw new ProtocolException(
                        ErrorCode.NOT_TRUSTED, operation + ": the answer does not prove the session");
            }
            return stream;
        });
    }

    static void read(DataStream stream, ByteBuffer target) throws IOException {
        while (target.hasRemaining()) {
            if (stream.read(target) < 0) {
                throw new EOFException(
                        "the peer closed after " + target.position() + " of " + target.limit() + " bytes");
            }
        }
    }
}
