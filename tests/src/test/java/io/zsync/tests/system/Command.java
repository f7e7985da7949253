package io.zsync.tests.system;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A process to be: its words, environment and folder. Output goes through files, so that no pipe can fill. */
final class Command {
    private static final Duration PATIENCE = Duration.ofMinutes(10);

    private final ProcessBuilder builder;

    private Command(List<String> words) {
        builder = new ProcessBuilder(words);
        // The JVM announces both of these on standard error.
        builder.environment().remove("JDK_JAVA_OPTIONS");
        builder.environment().remove("JAVA_TOOL_OPTIONS");
        builder.environment().put("ZSYNC_NO_BUILD", "1");
        builder.environment().put("ZSYNC_JAVA_HOME", System.getProperty("java.home"));
        builder.environment().put("LC_ALL", "C.UTF-8");
    }

    static Command of(List<String> words) {
        return new Command(words);
    }

    static Command of(String... words) {
        return new Command(List.of(words));
    }

    /** A bash script; its words are $1 and so on. Only a shell can name what is no text. */
    static Command script(String script, Object... words) {
        List<String> all = new ArrayList<>(List.of("bash", "-c", "set -eu\n" + script, "script"));
        for (Object word : words) {
            all.add(word.toString());
        }
        return new Command(all);
    }

    Command in(Path folder) {
        builder.directory(folder.toFile());
        return this;
    }

    Command with(String variable, String value) {
        builder.environment().put(variable, value);
        return this;
    }

    /** For runs of {@code zsync} whose speed is nobody's concern. */
    Command quick() {
        return with("ZSYNC_JAVA_OPTS", QuickStart.withOneCompiler());
    }

    Outcome run() {
        return start().end();
    }

    /** Runs what a test prepares or asks for beside its subject; it has to go well. */
    String output() {
        return run().exits(0).out();
    }

    Running start() {
        if (builder.command().contains(Checkout.LAUNCHER.toString())) {
            // The launcher itself, or handed to what starts it. A test may have said otherwise.
            builder.environment().computeIfAbsent("ZSYNC_JAVA_OPTS", _ -> QuickStart.options());
        }
        try {
            Path out = Files.createTempFile("zsync-tests", ".out");
            Path err = Files.createTempFile("zsync-tests", ".err");
            Process process = builder.redirectInput(Path.of("/dev/null").toFile())
                    .redirectOutput(out.toFile())
                    .redirectError(err.toFile())
                    .start();
            return new Running(process, out, err);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A started process. Closing it ends it. */
    static final class Running implements AutoCloseable {
        private final Process process;
        private final Path out;
        private final Path err;

        private Running(Process process, Path out, Path err) {
            this.process = process;
            this.out = out;
            this.err = err;
        }

        boolean isAlive() {
            return process.isAlive();
        }

        long pid() {
            return process.pid();
        }

        /** What it has printed so far. */
        String out() {
            return text(out);
        }

        String err() {
            return text(err);
        }

        void signal(String name) {
            Command.of("kill", "-" + name, Long.toString(process.pid())).run().exits(0);
        }

        /** SIGTERM, if it still runs. */
        void terminate() {
            process.destroy();
        }

        /** SIGKILL, if it still runs. */
        void kill() {
            process.destroyForcibly();
        }

        /** Done when it has ended. */
        CompletableFuture<?> ended() {
            return process.onExit();
        }

        Outcome end() {
            return end(PATIENCE);
        }

        Outcome end(Duration patience) {
            try {
                if (!process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                    throw new AssertionError("still runs after " + patience + ": " + text(err));
                }
                return new Outcome(process.exitValue(), text(out), text(err));
            } catch (InterruptedException e) {
                throw new AssertionError("interrupted", e);
            } finally {
                close();
            }
        }

        @Override
        public void close() {
            process.destroyForcibly();
            try {
                Files.deleteIfExists(out);
                Files.deleteIfExists(err);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private static String text(Path file) {
            try {
                return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
