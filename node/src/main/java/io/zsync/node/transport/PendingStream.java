package io.zsync.node.transport;

import io.zsync.protocol.BindCodec;
import io.zsync.protocol.BindRequest;
import io.zsync.protocol.ErrorCode;
import io.zsync.protocol.Protection;
import io.zsync.protocol.ProtocolException;
import java.io.Closeable;
import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.security.SecureRandom;
import java.time.Duration;

/**
 * A data stream that somebody has asked for and nobody has proved yet: the responder's side of binding. Its claim names a
 * session; the listener finds that session's keys and calls {@link #accept}, or {@link #close} to refuse, which says nothing
 * to the peer. Until one of them is called the deadline runs. For one thread.
 */
public final class PendingStream implements Closeable {
    private static final SecureRandom RANDOM = new SecureRandom();

    private final DataStream stream;
    private final SocketChannel channel;
    private final byte[] bytes;
    private final BindRequest request;
    private final Deadlines.Deadline deadline;
    private boolean accepted;

    private PendingStream(
            DataStream stream, SocketChannel channel, byte[] bytes, BindRequest request, Deadlines.Deadline deadline) {
        this.stream = stream;
        this.channel = channel;
        this.bytes = bytes;
        this.request = request;
        this.deadline = deadline;
    }

    /**
     * Reads the claim for a plain stream. On any failure the channel is closed.
     *
     * @param firstByte what the listener has read already
     * @param deadline for all of it, up to the answer
     * @throws IOException if the peer fell silent or left
     * @throws ProtocolException if what it sent is no bind frame
     */
    public static PendingStream read(SocketChannel channel, byte firstByte, Deadlines deadlines, Duration deadline)
            throws IOException {
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        return read(DataStream.plain(channel), channel, new byte[] {firstByte}, deadlines, deadline);
    }

    /** Reads the claim for a stream inside TLS. On any failure the channel is closed. */
    public static PendingStream read(TlsChannel tls, Deadlines deadlines, Duration deadline) throws IOException {
        if (tls.purpose() != TlsChannel.Purpose.DATA) {
            throw new IllegalArgumentException("a data stream over " + tls.purpose());
        }
        return read(new TlsStream(tls), tls.channel(), new byte[0], deadlines, deadline);
    }

    private static PendingStream read(
            DataStream stream, SocketChannel channel, byte[] head, Deadlines deadlines, Duration deadline)
            throws IOException {
        Deadlines.Deadline timer = deadlines.close(channel, deadline);
        boolean complete = false;
        try {
            ByteBuffer bytes = ByteBuffer.allocate(BindCodec.REQUEST_LENGTH).put(head);
            StreamBinding.read(stream, bytes);
            BindRequest request = BindCodec.readRequest(bytes.array());
            PendingStream pending = new PendingStream(stream, channel, bytes.array(), request, timer);
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
     * Verifies the claim, takes its number, and answers. On any failure the channel is closed without a byte.
     *
     * @param numbers where the number must be free; what fails to prove the keys takes none
     * @return bound
     * @throws ProtocolException if the claim is for another session or level, comes from another peer, does not prove the
     *     keys, or is for a number that was used before
     */
    public DataStream accept(BindKeys keys, StreamNumbers numbers) throws IOException {
        String operation = "bind stream " + request.stream() + " of session " + request.session();
        try {
            if (!request.session().equals(keys.session()) || request.protection() != keys.protection()) {
                throw refusal(operation + ": asks for " + request.protection() + ", not for " + keys.protection()
                        + " in session " + keys.session());
            }
            requireCarriage(operation, keys);
            if (!BindCodec.requestMatches(bytes, keys.initiator())) {
                throw refusal(operation + ": does not prove the session's keys");
            }
            if (!numbers.take(request.stream())) {
                throw refusal(operation + ": no such number, or it was claimed before");
            }
            byte[] nonce = new byte[BindRequest.NONCE_LENGTH];
            RANDOM.nextBytes(nonce);
            byte[] reply = BindCodec.reply(bytes, nonce, keys.responder());
            deadline.met(operation);
            stream.write(ByteBuffer.wrap(reply));
            accepted = true;
            return keys.protection() == Protection.SAFE
                    ? DataStream.tagged(channel, keys.tagKey(request.stream()))
                    : stream;
        } finally {
            close();
        }
    }

    /** The level says how the stream must have come, and TLS from whom. */
    private void requireCarriage(String operation, BindKeys keys) {
        switch (stream) {
            case PlainStream plain -> {
                if (keys.protection() == Protection.PRIVATE) {
                    throw refusal(operation + ": came without TLS, at level " + keys.protection());
                }
            }
            case TlsStream(TlsChannel tls) -> {
                if (keys.protection() != Protection.PRIVATE) {
                    throw refusal(operation + ": came inside TLS, at level " + keys.protection());
                }
                if (!tls.peer().equals(keys.peer())) {
                    throw refusal(operation + ": came from " + tls.peer() + ", not from the session's " + keys.peer());
                }
            }
        }
    }

    /** Refuses, unless the stream was accepted: without a byte, not even of TLS. */
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
