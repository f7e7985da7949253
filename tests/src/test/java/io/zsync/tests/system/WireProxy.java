package io.zsync.tests.system;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * What lies between two nodes: passes bytes on, keeps a record of them, and does to its connections what networks do. Its
 * faults are once only: who connects again gets through. Any thread.
 */
final class WireProxy implements AutoCloseable {
    private static final int RECORD_LIMIT = 48 << 20;
    private static final int BUFFER = 1 << 16;

    /** The first byte of a data stream outside TLS. */
    private static final byte PLAIN_DATA = 0x5A;

    private final ServerSocket listener;
    private final InetSocketAddress server;
    private final int recordLimit;
    private final List<Conversation> conversations = new CopyOnWriteArrayList<>();
    private final Random random;
    private long passed;
    private long end = Long.MAX_VALUE;
    private Runnable atEnd = () -> {};
    private int fired;
    private boolean happening;
    private boolean stalled;
    private long bytesPerSecond = Long.MAX_VALUE;
    private long damaged = -1;
    private @Nullable Meddler meddler;
    private int meddledFrom;
    private int accepted;

    /** Somebody on the way, who gets hold of all bytes before they are passed on. Any thread; may take its time. */
    interface Meddler {
        /**
         * @param connection counted from 0, the first that came after this one was set to work
         * @return what is passed on in place of the bytes
         */
        byte[] pass(int connection, boolean fromClient, byte[] bytes) throws IOException, InterruptedException;
    }

    /** What becomes of every connection, or of one, when the fault fires. */
    enum Fault {
        CLOSE,
        /** Of any one connection, while the others go on. */
        CLOSE_ONE,
        RESET,
        STALL
    }

    private WireProxy(ServerSocket listener, InetSocketAddress server, int recordLimit) {
        this.listener = listener;
        this.server = server;
        this.recordLimit = recordLimit;
        long seed = Long.getLong("zsync.seed", new Random().nextLong());
        System.out.println("WireProxy: seed " + seed);
        this.random = new Random(seed);
        Thread.ofPlatform().daemon().name("proxy-accept").start(this::accept);
    }

    /** On loopback, in front of a node at this address. */
    static WireProxy before(String host, int port) {
        return open(host, port, RECORD_LIMIT);
    }

    /** The same without a memory, for any number of bytes. */
    static WireProxy forgetful(String host, int port) {
        return open(host, port, 0);
    }

    private static WireProxy open(String host, int port, int recordLimit) {
        try {
            return new WireProxy(
                    new ServerSocket(0, 256, InetAddress.getLoopbackAddress()),
                    new InetSocketAddress(host, port),
                    recordLimit);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    int port() {
        return listener.getLocalPort();
    }

    String endpoint() {
        return Host.HERE.endpoint4(port());
    }

    /** In the order in which they came. */
    List<Conversation> conversations() {
        return List.copyOf(conversations);
    }

    /** Lets {@code fault} happen when so many more bytes have passed, counted over all connections and both ways. */
    void failAfter(long bytes, Fault what) {
        whenPassed(bytes, () -> happen(what));
    }

    /** Runs {@code action} when so many more bytes have passed; those behind wait until it is over. */
    synchronized void whenPassed(long bytes, Runnable action) {
        end = passed + bytes;
        atEnd = action;
    }

    /** Nothing happens any more that has not happened yet; what is happening is over. @return whether something would have */
    synchronized boolean calm() throws InterruptedException {
        boolean waiting = end != Long.MAX_VALUE;
        end = Long.MAX_VALUE;
        while (happening) {
            wait();
        }
        return waiting;
    }

    /** The same anywhere in between. @return where */
    long failBetween(long from, long to, Fault what) {
        long where = random.nextLong(from, to);
        System.out.println("WireProxy: " + what + " after " + where + " bytes");
        failAfter(where, what);
        return where;
    }

    /** Flips a bit of this byte of the next plain data stream, counted from its opener's first. */
    synchronized void damage(long position) {
        damaged = position;
    }

    private synchronized void damage(byte[] buffer, int length, long position) {
        if (damaged >= position && damaged < position + length) {
            buffer[(int) (damaged - position)] ^= 8;
            damaged = -1;
            fired++;
        }
    }

    /** Sets somebody to work on the connections that come from now on; null: nobody. */
    synchronized void meddle(@Nullable Meddler with) {
        meddler = with;
        meddledFrom = accepted;
    }

    private byte[] meddled(Conversation conversation, boolean fromClient, byte[] bytes)
            throws IOException, InterruptedException {
        Meddler with;
        int connection;
        synchronized (this) {
            with = meddler;
            connection = conversation.number - meddledFrom;
        }
        return with == null || connection < 0 ? bytes : with.pass(connection, fromClient, bytes);
    }

    /** How often a fault fired, or damage was done. */
    synchronized int fired() {
        return fired;
    }

    synchronized long passed() {
        return passed;
    }

    /** For each connection and direction by itself; a slow wire makes anything last. */
    synchronized void limitTo(long rate) {
        bytesPerSecond = rate;
    }

    /** Lets what a stall held pass again. */
    synchronized void flow() {
        stalled = false;
        notifyAll();
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket client = listener.accept();
                Socket peer = new Socket();
                try {
                    peer.connect(server);
                } catch (IOException refused) {
                    // As a server that is not there would do it.
                    client.setSoLinger(true, 0);
                    client.close();
                    continue;
                }
                client.setTcpNoDelay(true);
                peer.setTcpNoDelay(true);
                Conversation conversation = new Conversation(nextNumber(), client, peer, recordLimit);
                conversations.add(conversation);
                Thread.ofPlatform().daemon().start(() -> pump(conversation, client, peer, conversation.fromClient));
                Thread.ofPlatform().daemon().start(() -> pump(conversation, peer, client, conversation.fromServer));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private synchronized int nextNumber() {
        return accepted++;
    }

    private void pump(Conversation conversation, Socket source, Socket target, Recording recording) {
        byte[] received = new byte[BUFFER];
        boolean isClient = recording == conversation.fromClient;
        try {
            InputStream in = source.getInputStream();
            OutputStream out = target.getOutputStream();
            long position = 0;
            boolean plain = false;
            for (int count = in.read(received); count >= 0; count = in.read(received)) {
                byte[] buffer = meddled(conversation, isClient, Arrays.copyOf(received, count));
                int read = buffer.length;
                if (read == 0) {
                    continue;
                }
                plain |= position == 0 && buffer[0] == PLAIN_DATA;
                if (plain) {
                    damage(buffer, read, position);
                }
                position += read;
                int length = admit(read);
                recording.add(buffer, length);
                out.write(buffer, 0, length);
                if (length < read) {
                    fire();
                }
                awaitFlow();
                if (length < read && source.isClosed()) {
                    return;
                }
                // After a stall, or where another connection was closed, the rest follows.
                pass(read - length);
                recording.add(buffer, length, read - length);
                out.write(buffer, length, read - length);
            }
            target.shutdownOutput();
        } catch (IOException | InterruptedException gone) {
            conversation.close();
        } finally {
            if (conversation.isOver() && recordLimit == 0) {
                conversations.remove(conversation);
            }
        }
    }

    /** Takes the time that so many bytes need. @return how many pass before the fault; all, if none is near */
    private int admit(int count) throws InterruptedException {
        int admitted;
        long nanos;
        synchronized (this) {
            while (stalled) {
                wait();
            }
            admitted = (int) Math.max(0, Math.min(count, end - passed));
            passed += admitted;
            nanos = (long) (admitted * 1e9 / bytesPerSecond);
        }
        TimeUnit.NANOSECONDS.sleep(nanos);
        return admitted;
    }

    private synchronized void pass(int more) {
        passed += more;
    }

    private void fire() {
        Runnable action;
        synchronized (this) {
            if (end == Long.MAX_VALUE) {
                // Another connection's thread was first.
                return;
            }
            end = Long.MAX_VALUE;
            fired++;
            happening = true;
            action = atEnd;
        }
        try {
            action.run();
        } finally {
            synchronized (this) {
                happening = false;
                notifyAll();
            }
        }
    }

    private void happen(Fault what) {
        switch (what) {
            case CLOSE -> conversations.forEach(Conversation::close);
            case CLOSE_ONE -> anyOne().close();
            case RESET -> conversations.forEach(Conversation::reset);
            case STALL -> {
                synchronized (this) {
                    stalled = true;
                }
            }
        }
    }

    private synchronized Conversation anyOne() {
        List<Conversation> open = conversations();
        return open.get(random.nextInt(open.size()));
    }

    private synchronized void awaitFlow() throws InterruptedException {
        while (stalled) {
            wait();
        }
    }

    @Override
    public void close() {
        try {
            listener.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        flow();
        conversations.forEach(Conversation::close);
    }

    /** One connection, and all that it carried. */
    static final class Conversation implements Closeable {
        private final int number;
        private final Socket client;
        private final Socket peer;
        private final Recording fromClient;
        private final Recording fromServer;
        private final AtomicInteger ways = new AtomicInteger(2);

        private Conversation(int number, Socket client, Socket peer, int recordLimit) {
            this.number = number;
            this.client = client;
            this.peer = peer;
            this.fromClient = new Recording(recordLimit);
            this.fromServer = new Recording(recordLimit);
        }

        byte[] fromClient() {
            return fromClient.bytes();
        }

        byte[] fromServer() {
            return fromServer.bytes();
        }

        /** True for the one that comes last of those who pass its bytes on. */
        private boolean isOver() {
            return ways.decrementAndGet() == 0;
        }

        private void reset() {
            try {
                client.setSoLinger(true, 0);
                peer.setSoLinger(true, 0);
            } catch (IOException closedAlready) {
                return;
            } finally {
                close();
            }
        }

        @Override
        public void close() {
            try (client;
                    peer) {
                return;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private static final class Recording {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private final int limit;
        private boolean full;

        Recording(int limit) {
            this.limit = limit;
        }

        void add(byte[] buffer, int length) {
            add(buffer, 0, length);
        }

        synchronized void add(byte[] buffer, int offset, int length) {
            int room = Math.min(length, limit - bytes.size());
            bytes.write(buffer, offset, room);
            full |= room < length;
        }

        synchronized byte[] bytes() {
            if (full) {
                throw new AssertionError("more than " + limit + " bytes went one way");
            }
            return bytes.toByteArray();
        }
    }
}
