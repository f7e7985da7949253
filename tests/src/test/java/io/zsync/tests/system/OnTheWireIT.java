package io.zsync.tests.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zsync.protocol.PeerId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What somebody on the way gets to see. */
class OnTheWireIT {
    private static final int PAYLOAD = (Machine.LONG ? 16 : 4) << 20;
    private static final int SMALL = 3_000;
    /** Any run of 32 bytes of the payload holds three of these whole, wherever it begins. */
    private static final int WORD = Long.BYTES;

    private static final String FILE = "salaries-of-2031.ods";
    private static final String SMALL_FILE = "resignation-letter.odt";
    private static final String FOLDER = "board-papers";
    private static final String SHARE = "directors";
    private static final String ARCHIVE = "archive-of-directors";
    private static final String LINK = "points-to-a-merger";

    @RegisterExtension
    final Workspace work = new Workspace();

    private byte[] payload;
    private List<String> secrets;
    private Home client;
    private Home server;

    @BeforeEach
    void makeSecrets() throws IOException {
        long seed = Long.getLong("zsync.seed", new Random().nextLong());
        System.out.println("OnTheWire: seed " + seed);
        payload = new byte[PAYLOAD + SMALL];
        new Random(seed).nextBytes(payload);
        Path folder = Files.createDirectories(work.path("source").resolve(FOLDER));
        Files.write(folder.resolve(FILE), Arrays.copyOf(payload, PAYLOAD));
        Files.write(folder.resolve(SMALL_FILE), Arrays.copyOfRange(payload, PAYLOAD, payload.length));
        Files.createSymbolicLink(folder.resolve(LINK), Path.of(LINK));
        Files.createDirectory(work.path("target"));
        client = new Home(Host.HERE, work.path("client"));
        server = new Home(Host.HERE, work.path("server"));
        server.admit("client-of-ours", client);
        secrets = List.of(FILE, SMALL_FILE, FOLDER, SHARE, ARCHIVE, LINK, "client-of-ours", client.id(), server.id());
    }

    @Test
    void onlyPrivateHidesThePayloadAndNoneShowsNamesOrSecrets() throws IOException {
        int words = payload.length / WORD;
        try (ServingNode node = ServingNode.start(
                        server,
                        "--share",
                        SHARE + "=" + work.path("target") + ":rw",
                        "--share",
                        ARCHIVE + "=" + work.path("source") + ":ro");
                WireProxy proxy = WireProxy.before("127.0.0.1", node.port())) {
            client.reach("server", node.id(), proxy.endpoint());
            for (String level : List.of("private", "safe", "clear")) {
                work.make("rm -rf target/* pulled");
                List<byte[]> pushed =
                        seen(proxy, level, "push", "--protect", level, work.path("source"), "server/" + SHARE);
                List<byte[]> pulled =
                        seen(proxy, level, "pull", "--protect", level, "server/" + ARCHIVE, work.path("pulled"));
                Trees.assertMirrors(work.path("source"), work.path("target"));
                Trees.assertMirrors(work.path("source"), work.path("pulled"));

                for (List<byte[]> seen : List.of(pushed, pulled)) {
                    int shown = words(payload, seen);
                    System.out.println("OnTheWire: " + level + ": " + shown + " of " + words
                            + " words of the payload seen in " + seen.size() / 2 + " connections");
                    if (level.equals("private")) {
                        assertEquals(0, shown, "words of the payload seen");
                    } else {
                        assertTrue(shown > words * 0.99, shown + " of " + words + " words of the payload seen");
                    }
                    assertNoSecret(seen);
                }
            }
        }
    }

    /** What passed in either direction while this ran. */
    private List<byte[]> seen(WireProxy proxy, String level, Object... words) {
        int before = proxy.conversations().size();

        Outcome outcome = client.zsync(words).run().exits(0);

        assertTrue(outcome.errLines().get(2).contains("; protection " + level), outcome::err);
        List<byte[]> seen = new ArrayList<>();
        for (WireProxy.Conversation conversation :
                proxy.conversations().subList(before, proxy.conversations().size())) {
            seen.add(conversation.fromClient());
            seen.add(conversation.fromServer());
        }
        long total = seen.stream().mapToLong(bytes -> bytes.length).sum();
        assertTrue(total > payload.length, () -> "all of it came through the proxy, " + total + " bytes");
        return seen;
    }

    private void assertNoSecret(List<byte[]> seen) throws IOException {
        for (String secret : secrets) {
            byte[] text = secret.getBytes(StandardCharsets.UTF_8);
            assertTrue(seen.stream().noneMatch(bytes -> contains(bytes, text)), () -> secret + " was seen");
            if (secret.startsWith("zs1-")) {
                assertEquals(0, words(PeerId.parse(secret).keyDigest().bytes(), seen), "words of an id seen");
            }
        }
        for (Home home : List.of(client, server)) {
            for (byte[] key : keyFiles(home)) {
                assertEquals(0, words(key, seen), () -> "words seen of the identity in " + home.folder());
            }
        }
    }

    /** How many different words of {@code data}, at multiples of their size, stand anywhere in {@code seen}. */
    private static int words(byte[] data, List<byte[]> seen) {
        long[] words = new long[data.length / WORD];
        ByteBuffer.wrap(data).asLongBuffer().get(words);
        Arrays.sort(words);
        boolean[] found = new boolean[words.length];
        for (byte[] bytes : seen) {
            ByteBuffer buffer = ByteBuffer.wrap(bytes);
            for (int offset = 0; offset + WORD <= bytes.length; offset++) {
                int index = Arrays.binarySearch(words, buffer.getLong(offset));
                if (index >= 0) {
                    found[index] = true;
                }
            }
        }
        int count = 0;
        for (boolean one : found) {
            count += one ? 1 : 0;
        }
        return count;
    }

    /** The identity as it lies there, and what its text stands for if it is PEM. */
    private static List<byte[]> keyFiles(Home home) throws IOException {
        List<byte[]> keys = new ArrayList<>();
        try (Stream<Path> all = Files.walk(home.folder())) {
            for (Path file : all.filter(Files::isRegularFile).toList()) {
                if (!file.getFileName().toString().startsWith("identity")) {
                    continue;
                }
                byte[] bytes = Files.readAllBytes(file);
                keys.add(bytes);
                String text = new String(bytes, StandardCharsets.ISO_8859_1);
                if (text.startsWith("-----")) {
                    for (String block : text.split("-----[A-Z ]+-----", -1)) {
                        keys.add(Base64.getMimeDecoder().decode(block.strip()));
                    }
                }
            }
        }
        assertTrue(!keys.isEmpty(), () -> "no identity in " + home.folder());
        return keys;
    }

    private static boolean contains(byte[] bytes, byte[] part) {
        for (int offset = 0; offset + part.length <= bytes.length; offset++) {
            if (bytes[offset] == part[0] && Arrays.equals(bytes, offset, offset + part.length, part, 0, part.length)) {
                return true;
            }
        }
        return false;
    }
}
