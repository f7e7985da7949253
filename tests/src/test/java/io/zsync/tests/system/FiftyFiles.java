package io.zsync.tests.system;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/** A source of fifty files that changes with each round: half of them replace others, half are new. Of all sizes. */
final class FiftyFiles {
    static final int COUNT = 50;

    private static final List<Integer> SIZES = List.of(0, 1, 4 << 10, 100 << 10, 3 << 20);
    private static final List<String> MODES = List.of("rw-r--r--", "rw-------", "rwxr-x---", "r--r-----");
    private static final Instant FIRST_TIME = Instant.parse("2026-01-01T00:00:00.123456789Z");

    private final Path source;
    private final Path target;
    private final Random random;
    /** What each replaced file is before a round, and what every one is behind it. */
    private Map<String, String> before = Map.of();

    private Map<String, String> after = new LinkedHashMap<>();
    private int versions;

    /** How a file is found. */
    enum Found {
        COMPLETE,
        OLD,
        EMPTY,
        TORN,
        MISSING,
        /** Complete, with another mode or time. */
        METADATA
    }

    /** @param folder where the source is made, and the target, which is complete in its first version */
    FiftyFiles(Path folder, Random random) {
        this.source = folder.resolve("source");
        this.target = folder.resolve("target");
        this.random = random;
        nextVersion();
    }

    Path source() {
        return source;
    }

    Path target() {
        return target;
    }

    /** Makes the target what the source was, without what is to be new, and the source its next version. */
    void nextRound() {
        Command.script("""
                        rm -rf "$2"; mkdir "$2"
                        cp -a "$1/replaced" "$2\"""", source, target).output();
        nextVersion();
    }

    private void nextVersion() {
        before = after;
        after = new LinkedHashMap<>();
        try {
            for (String folder : List.of("replaced", "created", "created/deep")) {
                Files.createDirectories(source.resolve(folder));
            }
            for (int i = 0; i < COUNT; i++) {
                String folder = i < COUNT / 2 ? "replaced/" : i < COUNT * 3 / 4 ? "created/" : "created/deep/";
                make(folder + i, i);
            }
        } catch (IOException e) {
            throw new AssertionError("cannot make a version of " + source, e);
        }
        versions++;
    }

    private void make(String name, int number) throws IOException {
        // A replaced file changes its size in most rounds; the time always.
        byte[] content = new byte[SIZES.get((number + versions) % SIZES.size())];
        random.nextBytes(content);
        Path file = source.resolve(name);
        Files.deleteIfExists(file);
        Files.write(file, content);
        Set<PosixFilePermission> mode = PosixFilePermissions.fromString(MODES.get(random.nextInt(MODES.size())));
        Files.setPosixFilePermissions(file, mode);
        Files.setLastModifiedTime(file, FileTime.from(FIRST_TIME.plusSeconds(100L * versions + number)));
        after.put(name, sha256(content));
    }

    /** Judges each file of the target. */
    Map<Found, Integer> judge() {
        Map<Found, Integer> tally = new EnumMap<>(Found.class);
        after.forEach((name, content) -> tally.merge(found(name, content), 1, Integer::sum));
        return tally;
    }

    private Found found(String name, String expected) {
        Path file = target.resolve(name);
        try {
            if (!Files.exists(file)) {
                return Found.MISSING;
            }
            byte[] bytes = Files.readAllBytes(file);
            String content = sha256(bytes);
            if (content.equals(expected)) {
                return sameMetadata(source.resolve(name), file) ? Found.COMPLETE : Found.METADATA;
            }
            if (content.equals(before.get(name))) {
                return Found.OLD;
            }
            return bytes.length == 0 ? Found.EMPTY : Found.TORN;
        } catch (IOException e) {
            throw new AssertionError("cannot read " + file, e);
        }
    }

    private static boolean sameMetadata(Path one, Path two) throws IOException {
        return Files.getPosixFilePermissions(one).equals(Files.getPosixFilePermissions(two))
                && Files.getLastModifiedTime(one).equals(Files.getLastModifiedTime(two));
    }

    private static String sha256(byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has it", e);
        }
    }
}
