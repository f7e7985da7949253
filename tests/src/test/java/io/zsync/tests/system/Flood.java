package io.zsync.tests.system;

import io.zsync.node.trust.Identity;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;

/**
 * Strangers that connect to a node on this host without end, from several addresses of their own, until this is closed: so
 * many a second, each kind in turn. All of them stay open for a while. One thread of its own.
 */
final class Flood implements AutoCloseable {
    private static final int ADDRESSES = 4;
    private static final int HELD = 6_000;

    /** What a stranger says. */
    enum Kind {
        SILENT,
        RANDOM,
        CUT_HELLO,
        BIND,
        HELLO
    }

    private final int port;
    private final int perSecond;
    private final List<Kind> kinds;
    private final Random random;
    private final byte[] hello = clientHello();
    private final ArrayDeque<SocketChannel> held = new ArrayDeque<>();
    private final Thread thread;
    private volatile boolean closing;
    private final AtomicLong opened = new AtomicLong();
    private final AtomicLong answered = new AtomicLong();

    private Flood(int port, int perSecond, List<Kind> kinds, long seed) {
        this.port = port;
        this.perSecond = perSecond;
        this.kinds = kinds;
        this.random = new Random(seed);
        this.thread = Thread.ofPlatform().daemon().name("flood").start(this::run);
    }

    static Flood against(int port, int perSecond, long seed, Kind... kinds) {
        return new Flood(port, perSecond, List.of(kinds), seed);
    }

    private void run() {
        long start = System.nanoTime();
        while (!closing) {
            long due = start + opened.get() * TimeUnit.SECONDS.toNanos(1) / perSecond;
            try {
                long early = due - System.nanoTime();
                if (early > 0) {
                    TimeUnit.NANOSECONDS.sleep(early);
                }
                open();
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private void open() {
        Kind kind = kinds.get((int) (opened.get() % kinds.size()));
        try {
            byte[] from = {127, 1, 0, (byte) (1 + random.nextInt(ADDRESSES))};
            SocketChannel channel = SocketChannel.open().bind(new InetSocketAddress(InetAddress.getByAddress(from), 0));
            held.add(channel);
            channel.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            channel.configureBlocking(false);
            channel.write(ByteBuffer.wrap(words(kind)));
        } catch (IOException closedAtOnce) {
            // As it should be, where there are too many.
        }
        opened.incrementAndGet();
        if (held.size() > HELD) {
            close(held.remove());
        }
    }

    private byte[] words(Kind kind) {
        byte[] noise = new byte[1 + random.nextInt(600)];
        random.nextBytes(noise);
        return switch (kind) {
            case SILENT -> new byte[0];
            case RANDOM -> noise;
            case CUT_HELLO -> java.util.Arrays.copyOf(hello, 1 + random.nextInt(hello.length - 1));
            case BIND -> {
                noise[0] = 0x5A;
                yield noise;
            }
            case HELLO -> hello;
        };
    }

    /** A whole one, of a key that nobody knows; it can be sent any number of times. */
    private static byte[] clientHello() {
        SSLEngine engine = Identity.generate().tlsContext(peer -> true).createSSLEngine();
        engine.setUseClientMode(true);
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setProtocols(new String[] {"TLSv1.3"});
        parameters.setApplicationProtocols(new String[] {"zsync/1"});
        parameters.setNamedGroups(new String[] {"x25519"});
        parameters.setSignatureSchemes(new String[] {"ed25519"});
        parameters.setCipherSuites(new String[] {"TLS_AES_256_GCM_SHA384"});
        engine.setSSLParameters(parameters);
        try {
            engine.beginHandshake();
            ByteBuffer record = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
            engine.wrap(ByteBuffer.allocate(0), record);
            byte[] bytes = new byte[record.flip().remaining()];
            record.get(bytes);
            return bytes;
        } catch (SSLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** How many have connected, or were turned away in trying. */
    long opened() {
        return opened.get();
    }

    /** How many of them have heard a byte; to be asked once this is closed. */
    long answered() {
        return answered.get();
    }

    /** Opens no more; those that are open stay so. */
    void stop() {
        closing = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        stop();
        List<SocketChannel> all = new ArrayList<>(held);
        held.clear();
        all.forEach(this::close);
    }

    private void close(SocketChannel channel) {
        try (channel) {
            answered.addAndGet(channel.isConnected() && channel.read(ByteBuffer.allocate(1)) == 1 ? 1 : 0);
        } catch (IOException reset) {
            return;
        }
    }
}
