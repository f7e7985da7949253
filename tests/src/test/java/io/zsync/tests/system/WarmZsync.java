package io.zsync.tests.system;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A process of the packaged program that runs one command after the other, see {@code CommandLoop}: its classes are loaded
 * and its code is warm, so that hundreds of runs take seconds, and a tracer sees little but the run. For one thread.
 */
final class WarmZsync implements AutoCloseable {
    private static final String END = "exit ";

    private final Process process;
    private final BufferedReader out;
    private final Writer in;
    private final Path err;
    private long errRead;

    private WarmZsync(Process process, Path err) {
        this.process = process;
        this.out = process.inputReader(StandardCharsets.UTF_8);
        this.in = process.outputWriter(StandardCharsets.UTF_8);
        this.err = err;
    }

    static WarmZsync start(Home home) {
        try {
            Path err = Files.createTempFile("zsync-tests", ".err");
            Path classes = Path.of(WarmZsync.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .getPath());
            ProcessBuilder builder = new ProcessBuilder(
                    System.getProperty("java.home") + "/bin/java",
                    "-XX:+UseSerialGC",
                    "-Xmx256m",
                    "--enable-native-access=ALL-UNNAMED",
                    "-Dkryo.unsafe=false",
                    "-Djdk.tls.server.newSessionTicketCount=0",
                    "-cp",
                    Checkout.JAR + ":" + classes,
                    "io.zsync.cli.CommandLoop");
            builder.environment().put("ZSYNC_HOME", home.folder().toString());
            builder.environment().put("LC_ALL", "C.UTF-8");
            builder.environment().remove("JDK_JAVA_OPTIONS");
            builder.environment().remove("JAVA_TOOL_OPTIONS");
            return new WarmZsync(builder.redirectError(err.toFile()).start(), err);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    long pid() {
        return process.pid();
    }

    Holdings holdings() {
        return Holdings.of(process.pid());
    }

    /** Runs one command to its end. @throws AssertionError with all its stacks if that takes longer than {@code patience} */
    Outcome run(Duration patience, Object... words) {
        List<String> line = new ArrayList<>();
        for (Object word : words) {
            line.add(word.toString());
        }
        try {
            in.write(String.join("\t", line) + "\n");
            in.flush();
            StringBuilder printed = new StringBuilder();
            int code = CompletableFuture.supplyAsync(() -> readTo(printed))
                    .get(patience.toMillis(), TimeUnit.MILLISECONDS);
            String told = Files.readString(err).substring((int) errRead);
            errRead += told.length();
            return new Outcome(code, printed.toString(), told);
        } catch (TimeoutException e) {
            String stacks = Command.of(System.getProperty("java.home") + "/bin/jstack", Long.toString(process.pid()))
                    .run()
                    .toString();
            throw new AssertionError(line + " still runs after " + patience + "\n" + stacks, e);
        } catch (Exception e) {
            throw new AssertionError(line + " came to no end", e);
        }
    }

    private int readTo(StringBuilder printed) {
        try {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                if (line.startsWith(END)) {
                    return Integer.parseInt(line.substring(END.length()));
                }
                printed.append(line).append('\n');
            }
            throw new AssertionError("the process ended: " + Files.readString(err));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
        try {
            process.waitFor();
            Files.deleteIfExists(err);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new AssertionError("interrupted", e);
        }
    }
}
