package io.zsync.tests.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What the documents tell a reader to type is typed here; every example runs. */
class DocumentsIT {
    private static final Path README = Checkout.ROOT.resolve("README.md");
    private static final Path EXAMPLES = Checkout.ROOT.resolve("examples");
    private static final String FIRST = "cli/bin/zsync push examples/site local:/tmp/replica";
    private static final Pattern SHELL_BLOCK = Pattern.compile("(?ms)^```(?:sh|bash|console|)\\R(.*?)^```$");
    /** What is no program: the tree that the README pushes, and what ExamplesIT and UnitsIT try. */
    private static final List<String> DATA = List.of("site", "cron", "systemd");

    @RegisterExtension
    final Workspace work = new Workspace();

    @Test
    void theReadmesFirstCommandDoesWhatItSays() throws IOException {
        if (!Files.exists(README)) {
            abort("README.md is not there yet");
        }
        List<String> zsyncCommands = shellLines().stream()
                .filter(line -> line.startsWith("cli/bin/zsync "))
                .toList();
        assertEquals(FIRST, zsyncCommands.getFirst(), "the first command");

        for (String command : zsyncCommands) {
            Path replica = work.path("replica");
            Outcome outcome = Command.script(
                            command.replaceAll("/tmp/[\\w-]+", Matcher.quoteReplacement(replica.toString())))
                    .in(Checkout.ROOT)
                    .run()
                    .exits(0);

            assertTrue(outcome.err().startsWith("pushed examples/site to local:"), outcome::err);
            Trees.assertMirrors(EXAMPLES.resolve("site"), replica);
            work.make("rm -r replica");
        }
    }

    /** What the README shows below it is what comes; times and rates differ. */
    @Test
    void theReadmeShowsWhatTheFirstCommandPrints() throws IOException {
        if (!Files.exists(README)) {
            abort("README.md is not there yet");
        }
        String printed = Command.script(
                        FIRST.replace("/tmp/replica", work.path("replica").toString()))
                .in(Checkout.ROOT)
                .run()
                .exits(0)
                .err();

        String expected = withoutTimes(printed.replace(work.path("").toString(), "/tmp"));
        assertTrue(
                withoutTimes(Files.readString(README)).contains(expected),
                () -> "README.md does not show what the command prints:\n" + printed);
    }

    /** The block as it stands there, but for its folder and port: another run of this test may have those. */
    @Test
    void theReadmesTwoNodesReplicateAndEnd() throws IOException {
        Matcher blocks = SHELL_BLOCK.matcher(Files.readString(README));
        List<String> serving = blocks.results()
                .map(block -> block.group(1))
                .filter(block -> block.contains(" serve ") && block.contains("/tmp/two-nodes"))
                .toList();
        assertEquals(1, serving.size(), "blocks that start a node in /tmp/two-nodes");
        String block = serving.getFirst();
        assertTrue(block.contains("127.0.0.1:7420"), block);

        Outcome outcome = Command.script(
                        block.replace("/tmp/two-nodes", work.path("two-nodes").toString())
                                .replace("7420", Integer.toString(freePort())))
                .in(Checkout.ROOT)
                .run()
                .exits(0);

        assertTrue(outcome.out().contains("nothing differs\n"), outcome::toString);
        Trees.assertMirrors(EXAMPLES.resolve("site"), work.path("two-nodes/replica"));
        Trees.assertMirrors(EXAMPLES.resolve("site"), work.path("two-nodes/back"));
    }

    @Test
    void theReadmeShowsWhatARefusedPeerReads() throws IOException {
        work.make("mkdir source replica");
        Home client = new Home(Host.HERE, work.path("client"));
        Home server = new Home(Host.HERE, work.path("server"));
        server.admit("client", client, "photos=read");
        try (ServingNode node = ServingNode.start(server, "--share", "photos=" + work.path("replica") + ":rw")) {
            client.reach("backup1", node.id(), Host.HERE.endpoint4(node.port()));

            Outcome outcome = client.zsync("push", work.path("source"), "backup1/photos")
                    .run()
                    .exits(5);

            assertTrue(Files.readString(README).contains("```\n" + outcome.err() + "```"), outcome::err);
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    @TestFactory
    Stream<DynamicTest> everyScriptOfTheExamplesRuns() throws IOException {
        List<Path> scripts;
        try (Stream<Path> all = Files.walk(EXAMPLES)) {
            scripts = all.filter(Files::isRegularFile)
                    .filter(file -> Files.isExecutable(file) || file.toString().endsWith(".sh"))
                    .sorted()
                    .toList();
        }
        assertTrue(!scripts.isEmpty(), "examples has scripts");
        return scripts.stream()
                .map(script ->
                        DynamicTest.dynamicTest(EXAMPLES.relativize(script).toString(), () -> {
                            boolean ofTheSite = script.startsWith(EXAMPLES.resolve("site"));
                            // The site's own scripts say where they run; the others run in an empty folder, with zsync
                            // on PATH.
                            Path folder = ofTheSite ? EXAMPLES.resolve("site") : work.path("");
                            Outcome outcome = Command.script(
                                            "PATH=$(dirname \"$2\"):$PATH; exec \"$1\"", script, Checkout.launcher())
                                    .in(folder)
                                    .with("TMPDIR", work.path("").toString())
                                    .run()
                                    .exits(0);
                            if (ofTheSite) {
                                assertEquals("", outcome.out(), "the site has no dead link");
                            }
                        }));
    }

    /** An example that no test runs is a promise that nobody keeps. */
    @Test
    void nothingInTheExamplesIsLeftOut() throws IOException {
        List<Path> unknown = new ArrayList<>();
        try (Stream<Path> all = Files.list(EXAMPLES)) {
            all.filter(path -> !DATA.contains(path.getFileName().toString()))
                    .filter(path -> Files.isDirectory(path) || !Files.isExecutable(path))
                    .forEach(unknown::add);
        }
        assertEquals(List.of(), unknown, "teach this test to run what is new in examples/");
    }

    private static List<String> shellLines() throws IOException {
        List<String> lines = new ArrayList<>();
        Matcher blocks = SHELL_BLOCK.matcher(Files.readString(README));
        while (blocks.find()) {
            lines.addAll(blocks.group(1)
                    .lines()
                    .map(line -> line.replaceFirst("^\\$ ", ""))
                    .toList());
        }
        return lines;
    }

    private static String withoutTimes(String text) {
        return text.replaceAll("in [\\d.,]+ m?s \\([^)]*/s\\)", "in TIME");
    }
}
