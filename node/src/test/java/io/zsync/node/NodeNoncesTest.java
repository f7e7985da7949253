package io.zsync.node;

import static io.zsync.node.TreeAssert.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zsync.node.RecordedCipher.Use;
import io.zsync.protocol.Mode;
import io.zsync.protocol.Protection;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.security.Security;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every key and every nonce that real runs at level safe give to the cipher, as the cipher sees them. */
class NodeNoncesTest extends PushFixture {
    private final RecordedCipher.Recorder recorder = new RecordedCipher.Recorder();

    @BeforeEach
    void record() {
        Security.insertProviderAt(recorder, 1);
    }

    @AfterEach
    void stopRecording() {
        Security.removeProvider(recorder.getName());
    }

    /** Chunks, packs, holes and compressed blocks on several streams, in two sessions of one node. */
    @ParameterizedTest
    @EnumSource(Mode.class)
    void noNonceIsUsedTwiceWithOneKey(Mode direction) throws IOException {
        mode = direction;
        protection = Protection.SAFE;
        push();
        assertThat(target).mirrors(source);
        compress = true;
        target = temp.resolve("again");
        push();
        assertThat(target).mirrors(source);

        List<Use> sent = uses("-send-");
        List<Use> received = uses("-receive-");

        System.out.println(sent.size() + " tags made, with " + keys(sent).size() + " keys");
        assertEquals(sent.size(), pairs(sent).size(), "each pair of key and nonce makes one tag");
        assertEquals(received.size(), pairs(received).size(), "and verifies one");
        assertEquals(pairs(sent), pairs(received));
        assertTrue(keys(sent).size() >= 2, "two sessions");
        Map<String, Set<String>> byKey = new HashMap<>();
        sent.forEach(
                use -> byKey.computeIfAbsent(use.key(), key -> new TreeSet<>()).add(use.nonce()));
        byKey.values().forEach(nonces -> assertEquals(expected(nonces.size()), nonces));
    }

    @BeforeEach
    void plantTree() throws IOException {
        for (int i = 0; i < 300; i++) {
            file("d" + i % 7 + "/small" + i, 20_000 + i);
        }
        for (int i = 0; i < 12; i++) {
            file("large" + i, 3_000_000);
            Files.write(source.resolve("text" + i), new byte[3_000_000]);
        }
        try (RandomAccessFile sparse =
                new RandomAccessFile(source.resolve("sparse").toFile(), "rw")) {
            sparse.setLength(200_000_000);
            sparse.seek(100_000_000);
            sparse.write(new byte[100_000]);
        }
    }

    /** A header's and a payload's for each sequence from 0 on, and no others. */
    private static Set<String> expected(int count) {
        Set<String> nonces = new TreeSet<>();
        for (int i = 0; i < count / 2; i++) {
            nonces.add(String.format("%08x%016x", 0, i));
            nonces.add(String.format("%08x%016x", 1, i));
        }
        return nonces;
    }

    private List<Use> uses(String threads) {
        return recorder.uses().stream()
                .filter(use -> use.thread().contains(threads))
                .toList();
    }

    private static Set<String> pairs(List<Use> uses) {
        Set<String> pairs = new HashSet<>();
        uses.forEach(use -> pairs.add(use.key() + " " + use.nonce()));
        return pairs;
    }

    private static Set<String> keys(List<Use> uses) {
        Set<String> keys = new HashSet<>();
        uses.forEach(use -> keys.add(use.key()));
        return keys;
    }
}
