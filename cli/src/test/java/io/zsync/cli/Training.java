package io.zsync.cli;

import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the distribution image's cache learns from: an ordinary day's commands, all in one JVM, because a cache is made of
 * one. It lies in the image's jar, since a cache fits only the class path that it was made on; nothing there calls it.
 * Wants {@code source} in the folder that is its last argument, and {@code ZSYNC_HOME}; leaves its targets there.
 */
public final class Training {
    private static final int ROUNDS = 3;
    private static final Pattern READY = Pattern.compile("listening on (\\S+)  id ");
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private final Path folder;
    private final Path source;

    private Training(Path folder) {
        this.folder = folder;
        this.source = folder.resolve("source");
    }

    /** Ends the process, as every command does. */
    public static void main(String[] args) throws Exception {
        Training training = new Training(Path.of(args[args.length - 1]));
        training.runOnThisMachine();
        training.runBetweenNodes();
        Main.main(new String[] {"--version"});
        Main.main(new String[] {"copy", training.source.toString(), training.target("last")});
    }

    private String target(String name) {
        return folder.resolve(name).toString();
    }

    private void runOnThisMachine() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            String copied = target("copied-" + round);
            String pushed = target("pushed-" + round);
            String durability = round == 0 ? "batch" : "none";
            zsync(0, "copy", "--durability", durability, source, copied);
            zsync(0, "copy", "-q", source, copied);
            zsync(0, "push", "--durability", durability, source, "local:" + pushed);
            zsync(0, "push", "-q", source, "local:" + pushed);
            zsync(0, "diff", source, copied);
            zsync(0, "diff", source, "local:" + pushed);
            // What is there already differs, so it is replaced, deleted and compared.
            Path edited = Path.of(pushed, "0");
            try (var members = Files.list(edited)) {
                for (Path member : members.limit(20).toList()) {
                    Files.writeString(member, "edited");
                    Files.writeString(edited.resolve(member.getFileName() + "-extra"), "extra");
                }
            }
            zsync(40, "diff", source, "local:" + pushed);
            zsync(0, "push", "-n", "-i", "--delete", source, "local:" + pushed);
            zsync(0, "push", "-v", "--explain", "--delete", source, "local:" + pushed);
        }
        zsync(0, "verify", source, target("copied-0"));
        zsync(0, "pull", "--progress", "always", "local:" + source, target("pulled"));
        zsync(0, "copy", "-aHAX", "--exclude", "*-1?", "--delete", source, target("kept"));
        zsync(0, "push", "-z", "--bwlimit", "1GiB", "--json", source, "local:" + target("compressed"));
        zsync(1, "copy", "--no-such-option", source, target("refused"));
        zsync(0, "--help");
        zsync(0, "copy", "--help");
    }

    /** The same identity at both ends: what a node does in a session does not depend on whose it is. */
    private void runBetweenNodes() throws Exception {
        Files.createDirectories(folder.resolve("served"));
        Orders nobody = new Orders();
        Answer id = new Answer();
        run(new Console(id, OutputStream.nullOutputStream()), nobody, "id");
        zsync(0, "peers", "add", "here", id.text().strip());
        try (Serving node = Serving.start("share=" + folder.resolve("served") + ":rw")) {
            // Where it listens is known only now; the node has read who it is.
            zsync(0, "peers", "remove", "here");
            zsync(0, "peers", "add", "here", id.text().strip(), node.endpoint());
            zsync(0, "peers", "list");
            for (String level : List.of("clear", "private")) {
                zsync(0, "push", "--protect", level, source, "here/share/" + level);
                zsync(0, "push", "--protect", level, source, "here/share/" + level);
                zsync(0, "pull", "--protect", level, "here/share/" + level, target("back-" + level));
                zsync(0, "diff", "--protect", level, source, "here/share/" + level);
            }
        }
    }

    private static void zsync(int expected, Object... words) {
        ExitCode code = run(Console.ofProcess(), new Orders(), words);
        if (code.number() != expected) {
            throw new IllegalStateException(List.of(words) + " ended with " + code + ", not " + expected);
        }
    }

    private static ExitCode run(Console console, Signals signals, Object... words) {
        List<Argument> typed = new ArrayList<>();
        for (Object word : words) {
            typed.add(Argument.of(word.toString()));
        }
        Surroundings around = new Surroundings(
                InputStream.nullInputStream(), console, () -> NodeEngine.cancelledBy(signals), signals, 80);
        return new Program(around).run(typed);
    }

    /** The signals of a command that shares its process with others: none but the one that ends it. */
    private static final class Orders implements Signals {
        private final CompletableFuture<Runnable> cancel = new CompletableFuture<>();

        @Override
        public void onCancel(Runnable action, ExitCode end) {
            // A later one, of the same command, is more than what was named before.
            cancel.obtrudeValue(action);
        }

        @Override
        public void onHangUp(Runnable action) {
            // Nobody hangs up.
        }
    }

    /** A {@code zsync serve} on a thread of its own. */
    private record Serving(Thread thread, Orders orders, String endpoint) implements AutoCloseable {
        static Serving start(String share) throws InterruptedException {
            Orders orders = new Orders();
            Answer answer = new Answer();
            Console console = new Console(answer, OutputStream.nullOutputStream());
            // At level clear as well: peers of this machine may.
            Object[] words = {"serve", "--share", share, "--listen", "127.0.0.1:0"};
            Thread thread = new Thread(() -> run(console, orders, words), "serve");
            thread.start();
            Matcher ready = READY.matcher(answer.awaitText());
            if (!ready.lookingAt()) {
                throw new IllegalStateException("no node serves: " + answer.text());
            }
            return new Serving(thread, orders, ready.group(1));
        }

        @Override
        public void close() {
            orders.cancel.join().run();
            try {
                thread.join();
            } catch (InterruptedException e) {
                throw new IllegalStateException("nobody interrupts a node that serves", e);
            }
        }
    }

    /** What a command prints. */
    private static final class Answer extends ByteArrayOutputStream {
        private final CountDownLatch printed = new CountDownLatch(1);

        @Override
        public void flush() {
            printed.countDown();
        }

        String text() {
            return toString(StandardCharsets.UTF_8);
        }

        String awaitText() throws InterruptedException {
            if (!printed.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                throw new IllegalStateException("a node that should serve says nothing");
            }
            return text();
        }
    }
}
