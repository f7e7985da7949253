package io.zsync.cli;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A command line as a user types it, over an engine that only records. */
final class Typed {
    final FakeEngine engine = new FakeEngine();
    final FakeEngine.FakeSignals signals = new FakeEngine.FakeSignals();
    final Screen screen = new Screen();
    byte[] input = new byte[0];

    /** In place of that, where more may come. */
    @Nullable
    InputStream in;

    static List<Argument> words(String... words) {
        return Stream.of(words).map(Argument::of).toList();
    }

    int run(String... words) {
        return run(words(words));
    }

    int run(List<Argument> words) {
        return new Program(new Surroundings(
                        in == null ? new ByteArrayInputStream(input) : in, screen.console(), () -> engine, signals, 0))
                .run(words)
                .number();
    }

    /** The first line of standard error, behind the program's name. */
    String error() {
        return screen.err().lines().findFirst().orElse("").replaceFirst("^zsync: ", "");
    }

    void stop() {
        Objects.requireNonNull(signals.cancel).run();
    }

    void hangUp() {
        Objects.requireNonNull(signals.hangUp).run();
    }
}
