package io.zsync.node.transport;

import io.zsync.protocol.BindCodec;
import io.zsync.protocol.BindRequest;
import io.zsync.protocol.ErrorCode;
import io.zsync.protocol.ProtocolException;
import java.io.Closeable;
import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.security.SecureRandom;
import java.time.Duration;

/**
 * A plain data stream that somebody has asked for and nobody has proved yet: the responder's side of binding. Its claim
 * names a session; the listener finds that session's keys and calls {@link #accept}, or {@link #close} to refuse, which says
 * nothing to the peer. Until one of them is called the deadline runs. For one thread.
 */
public final class PendingStream implements Closeable {
    private static final SecureRandom RANDOM = new SecureRandom();

    private final SocketChannel channel;
    private final byte[] bytes;
    private final BindRequest request;
    private final Deadlines.Deadline deadline;
    private boolean accepted;

    private PendingStream(SocketChannel channel, byte[] bytes, BindRequest request, Deadlines.Deadline deadline) {
        this.channel = channel;
        this.bytes = bytes;
        this.request = request;
        this.deadline = deadline;
    }

    /**
     * Reads the claim. On any failure the channel is closed.
     *
     * @param firstByte what the listener has read already
     * @param deadline for all of it, up to the answer
     * @throws IOException if the peer fell silent or left
     * @throws ProtocolException if what it sent is no bind frame
     */
    public static PendingStream read(SocketChannel channel, byte firstByte, Deadlines deadlines, Duration deadline)
            throws IOException {
        Deadlines.Deadline timer = deadlines.close(channel, deadline);
        boolean complete = false;
        try {
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            byte[] bytes = new byte[BindCodec.REQUEST_LENGTH];
            bytes[0] = firstByte;
            StreamBinding.read(channel, ByteBuffer.wrap(bytes).position(1));
            PendingStream pending = new PendingStream(channel, bytes, BindCodec.readRequest(bytes), timer);
            complete = true;
            return pending;
        } catch (IOException e) {
            throw timer.explain("read a bind request", e);
        } finally {
            if (!complete) {
                timer.cancel();
                channel.close();
            }
        }
    }

    /** What is claimed. Nothing of it is proved. */
    public BindRequest request() {
        return request;
    }

    /**
     * Verifies the claim and answers it. On any failure the channel is closed without a byte.
     *
     * @return bound
     * @throws ProtocolException if the claim is for another session or level, or does not prove the keys
     */
    public DataStream accept(BindKeys keys) throws IOException {
        String operation = "bind stream " + request.stream() + " of session " + request.session();
        try {
            StreamBinding.requireClear(keys.protection());
            if (!request.session().equals(keys.session()) || request.protection() != keys.protection()) {
                throw refusal(operation + ": asks for " + request.protection() + ", not for " + keys.protection()
                        + " in session " + keys.session());
            }
            if (!BindCodec.requestMatches(bytes, keys.initiator())) {
                throw refusal(operation + ": does not prove the session's keys");
            }
            byte[] nonce = new byte[BindRequest.NONCE_LENGTH];
            RANDOM.nextBytes(nonce);
            byte[] reply = BindCodec.reply(bytes, nonce, keys.responder());
            deadline.met(operation);
            StreamBinding.write(channel, reply);
            accepted = true;
            return DataStream.plain(channel);
        } finally {
            close();
        }
    }

    /** Refuses, unless the stream was accepted. */
    @Override
    public void close() throws IOException {
        if (!accepted) {
            deadline.cancel();
            channel.close();
        }
    }

    private static ProtocolException refusal(String detail) {
        return new ProtocolException(ErrorCode.NOT_TRUSTED, detail);
    }
}
