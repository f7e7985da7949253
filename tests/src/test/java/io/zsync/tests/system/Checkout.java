package io.zsync.tests.system;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Where this checkout keeps what is tested. Failsafe starts the tests in the module's folder. */
final class Checkout {
    static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    static final Path LAUNCHER = ROOT.resolve("cli/bin/zsync");
    static final Path JAR = ROOT.resolve("cli/target/zsync.jar");

    private Checkout() {}

    static String launcher() {
        assertTrue(Files.isRegularFile(JAR), () -> JAR + " is missing: package before these tests (mvn verify does)");
        return LAUNCHER.toString();
    }

    /** {@code zsync} with these words. */
    static Command zsync(Object... words) {
        List<String> all = new ArrayList<>(List.of(launcher()));
        for (Object word : words) {
            all.add(word.toString());
        }
        return Command.of(all);
    }

    /** {@code zsync push OPTIONS SOURCE local:TARGET}. */
    static Command push(Path source, Path target, String... options) {
        List<Object> words = new ArrayList<>(List.of("push"));
        words.addAll(List.of(options));
        words.add(source);
        words.add("local:" + target);
        return zsync(words.toArray());
    }
}
