package io.zsync.node.transport;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.Security;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A process whose TLS changes keys every few records: moves content one way and prints what was seen. */
final class KeyUpdateProgram {
    private static final int PIECE_LENGTH = 256 << 10;
    private static final int PIECES = 1_024;

    private KeyUpdateProgram() {}

    public static void main(String[] arguments) throws Exception {
        // Before anything of TLS is loaded; usually 2^37.
        Security.setProperty("jdk.tls.keyLimits", "AES/GCM/NoPadding KeyUpdate 2^14");
        try (RecordProxy proxy = new RecordProxy();
                Deadlines deadlines = new Deadlines()) {
            CompletableFuture<TlsChannel> far = Background.start(() -> StreamPair.accept(proxy.far(), deadlines));
            TlsChannel near = StreamPair.connect(proxy.near(), deadlines);
            DataStream source = new TlsStream(far.get(30, TimeUnit.SECONDS));
            DataStream target = new TlsStream(near);
            int shook = proxy.answers().size();
            CompletableFuture<Boolean> writing = Background.start(() -> {
                try {
                    for (int i = 0; i < PIECES; i++) {
                        target.write(ByteBuffer.wrap(piece(i)));
                    }
                } catch (IOException e) {
                    // Nobody would end the reading.
                    e.printStackTrace(System.out);
                    System.exit(1);
                }
                return true;
            });
            boolean intact = true;
            ByteBuffer got = ByteBuffer.allocate(PIECE_LENGTH);
            for (int i = 0; i < PIECES; i++) {
                readFully(source, got.clear());
                intact &= Arrays.equals(piece(i), got.array());
            }
            writing.get(30, TimeUnit.SECONDS);
            System.out.println("intact " + intact);
            System.out.println("answers " + (proxy.answers().size() - shook));
        }
    }

    private static void readFully(DataStream source, ByteBuffer target) throws IOException {
        while (target.hasRemaining()) {
            if (source.read(target) < 0) {
                throw new IOException("ended early");
            }
        }
    }

    private static byte[] piece(int seed) {
        byte[] bytes = new byte[PIECE_LENGTH];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }
}
