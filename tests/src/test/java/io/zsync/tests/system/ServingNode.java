package io.zsync.tests.system;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A {@code zsync serve} process that is ready, or was ended and may be started again on its port. For one thread. */
final class ServingNode implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Pattern READY = Pattern.compile("listening on (.*):([0-9]+)  id (zs1-\\S+)\\R");

    private final Home home;
    private final List<String> before;
    private final String listen;
    private final List<Object> options;
    private final StringBuilder pastLives = new StringBuilder();
    private int port;
    private String id = "";
    private Command.Running process;

    private ServingNode(Home home, List<String> before, String listen, int port, Object... options) {
        this.home = home;
        this.before = before;
        this.listen = listen;
        this.port = port;
        this.options = List.of(options);
        this.process = begin();
    }

    /** Serves on any free port of its host's IPv4 address. */
    static ServingNode start(Home home, Object... options) {
        return startAt(home, home.host().ipv4(), options);
    }

    /** @param listen an address, IPv6 in brackets */
    static ServingNode startAt(Home home, String listen, Object... options) {
        return new ServingNode(home, List.of(), listen, 0, options);
    }

    /** @param before a command that becomes or traces {@code zsync} and leaves it the process id; port 0 is any */
    static ServingNode startUnder(List<String> before, Home home, int port, Object... options) {
        return new ServingNode(home, before, home.host().ipv4(), port, options);
    }

    private Command.Running begin() {
        List<Object> words = new ArrayList<>(List.of("serve", "--listen", listen + ":" + port));
        words.addAll(options);
        Command.Running started = home.zsync(before, words.toArray())
                .with("ZSYNC_JAVA_OPTS", home.javaOptions() + " -XX:+ExitOnOutOfMemoryError")
                .start();
        await().atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(10))
                .until(() -> !started.isAlive() || READY.matcher(started.out()).lookingAt());
        Matcher ready = READY.matcher(started.out());
        if (!ready.lookingAt()) {
            throw new AssertionError("no node serves: " + started.end());
        }
        assertEquals(listen, ready.group(1), "where it says that it listens");
        port = Integer.parseInt(ready.group(2));
        id = ready.group(3);
        return started;
    }

    int port() {
        return port;
    }

    String id() {
        return id;
    }

    long pid() {
        return process.pid();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    Holdings holdings() {
        return Holdings.of(process.pid());
    }

    /** What its JVM says of its heap. */
    String heap() {
        return Command.of(System.getProperty("java.home") + "/bin/jcmd", Long.toString(process.pid()), "GC.heap_info")
                .output();
    }

    /** What it has taken of the processors so far. */
    Duration cpu() throws IOException {
        // User and system time are the 12th and 13th fields behind the name, in hundredths of a second.
        String stat = Files.readString(Path.of("/proc", Long.toString(process.pid()), "stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        return Duration.ofMillis(10 * (Long.parseLong(fields[11]) + Long.parseLong(fields[12])));
    }

    /** Of its heap, behind a collection. */
    long usedHeapKib() {
        Command.of(System.getProperty("java.home") + "/bin/jcmd", Long.toString(process.pid()), "GC.run")
                .output();
        return Pattern.compile("(?:DefNew|Tenured) +total [0-9]+K, used ([0-9]+)K")
                .matcher(heap())
                .results()
                .mapToLong(used -> Long.parseLong(used.group(1)))
                .sum();
    }

    /** What it told its operator, in all its lives. */
    String log() {
        return pastLives + (process.isAlive() ? process.err() : "");
    }

    /** SIGTERM. */
    Ending terminate() {
        return end("TERM");
    }

    Ending kill9() {
        return end("KILL");
    }

    /** SIGHUP. */
    void hangUp() {
        process.signal("HUP");
    }

    void signal(String name) {
        process.signal(name);
    }

    private Ending end(String signal) {
        long start = System.nanoTime();
        process.signal(signal);
        Outcome outcome = process.end(PATIENCE);
        pastLives.append(outcome.err());
        return new Ending(outcome, Duration.ofNanos(System.nanoTime() - start));
    }

    /** Done when it has ended by itself, or by another's hand. */
    CompletableFuture<?> ended() {
        return process.ended();
    }

    /** Waits until it has. */
    Outcome end() {
        return process.end(PATIENCE);
    }

    /** Begins again, on the same port, what was ended. */
    void restart() {
        assertEquals(false, process.isAlive(), "it still runs");
        process = begin();
    }

    @Override
    public void close() {
        process.close();
    }

    /** How it ended, and how long after the signal. */
    record Ending(Outcome outcome, Duration took) {}
}
