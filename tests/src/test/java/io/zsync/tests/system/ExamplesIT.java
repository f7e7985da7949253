package io.zsync.tests.system;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The script of two nodes, and the cron line as cron runs it. */
class ExamplesIT {
    private static final Path EXAMPLES = Checkout.ROOT.resolve("examples");

    @RegisterExtension
    final Workspace work = new Workspace();

    /** From any folder, with no zsync on PATH: the script finds that of its own checkout. */
    @Test
    void twoNodesMeetPushComparePullAndEnd() {
        Outcome outcome = Command.of(EXAMPLES.resolve("two-nodes.sh").toString())
                .in(Path.of("/"))
                .with("PATH", "/usr/bin:/bin")
                .with("TMPDIR", work.path("").toString())
                .run()
                .exits(0);

        List<String> ends = outcome.outLines().stream()
                .filter(line -> line.startsWith("  exit ") || line.equals("  the same"))
                .toList();
        assertEquals(List.of("  exit 0", "  exit 40", "  the same", "  exit 5", "  exit 0"), ends, outcome::toString);
        assertEquals("", Command.of("ls", "-A", work.path("").toString()).output(), "what it leaves");
    }

    @Test
    void theCronLineIsQuietUnlessSomethingIsWrong() throws IOException {
        work.make("""
                mkdir -p home/.config source/below replica
                echo x >source/größe; echo y >source/$'not\\xffUTF-8'; ln -s größe source/below/link""");
        Home home = new Home(Host.HERE, work.path("home/.config/zsync"));
        Home backup = new Home(Host.HERE, work.path("backup"));
        backup.admit("client", home, "photos=write,read");
        try (ServingNode node = ServingNode.start(backup, "--share", "photos=" + work.path("replica") + ":rw")) {
            home.reach("backup1", node.id(), Host.HERE.endpoint4(node.port()));

            // What cron sets, and nothing at all.
            assertPrintsNothing(cron("HOME=" + work.path("home"), "LOGNAME=root", "SHELL=/bin/sh", "PATH=/usr/bin:/bin")
                    .run()
                    .exits(0));
            Trees.assertMirrors(work.path("source"), work.path("replica"));
            work.make("echo z >source/größe");
            assertPrintsNothing(cron("ZSYNC_HOME=" + home.folder()).run().exits(0));
            Trees.assertMirrors(work.path("source"), work.path("replica"));

            node.terminate().outcome().exits(0);
            Outcome alone = cron("ZSYNC_HOME=" + home.folder()).run().exits(35);
            assertEquals("", alone.out());
            assertTrue(alone.errLines().getFirst().startsWith("zsync: "), alone::err);
        }
    }

    @Test
    void aCronLineThatOverlapsItselfEndsWith42AndTheFirstRunGoesOn() throws IOException {
        work.make("mkdir source replica; head -c 600M /dev/zero | tr '\\0' x >source/large");
        Home home = new Home(Host.HERE, work.path("home"));
        Home backup = new Home(Host.HERE, work.path("backup"));
        backup.admit("client", home);
        String[] environment = {"ZSYNC_HOME=" + home.folder()};
        try (ServingNode node = ServingNode.start(backup, "--share", "photos=" + work.path("replica") + ":rw")) {
            home.reach("backup1", node.id(), Host.HERE.endpoint4(node.port()));
            try (Command.Running first = cron(environment).start()) {
                await().pollInterval(Duration.ofMillis(5))
                        .until(() -> !first.isAlive()
                                || !Trees.staged(work.path("replica")).isEmpty());
                signal("STOP", first);

                Outcome second = cron(environment).run().exits(42);

                assertEquals("", second.out());
                assertTrue(second.errLines().getFirst().contains("another run holds it"), second::err);
                signal("CONT", first);
                assertPrintsNothing(first.end().exits(0));
            }
        }
        Trees.assertMirrors(work.path("source"), work.path("replica"));
    }

    /** To zsync itself: some shells become the one command that they are given, others wait for it. */
    private static void signal(String name, Command.Running run) throws IOException {
        String shell = Long.toString(run.pid());
        String child = Files.readString(Path.of("/proc", shell, "task", shell, "children"))
                .strip();
        Command.of("kill", "-" + name, child.isEmpty() ? shell : child).output();
    }

    private static void assertPrintsNothing(Outcome outcome) {
        assertEquals("", outcome.out() + outcome.err(), "cron would send this by mail");
    }

    /** The example's line, as cron gives it to a shell, with this checkout's zsync and this test's tree in it. */
    private Command cron(String... environment) throws IOException {
        List<String> lines = Files.readAllLines(EXAMPLES.resolve("cron/zsync-backup")).stream()
                .filter(line -> !line.isBlank() && !line.startsWith("#"))
                .toList();
        assertEquals(1, lines.size(), "lines that are no comments");
        String[] fields = lines.getFirst().split(" +", 7);
        for (int i = 0; i < 5; i++) {
            assertTrue(fields[i].matches("[0-9*/,-]+"), lines::getFirst);
        }
        assertEquals("root", fields[5], "the user");
        String command = fields[6];
        assertEquals("/usr/local/bin/zsync push -q /srv/photos backup1/photos", command);
        String here = command.replace("/usr/local/bin/zsync", Checkout.launcher())
                .replace("/srv/photos", work.path("source").toString());
        return Command.script(
                "line=$1; shift; exec env -i \"$@\" ZSYNC_NO_BUILD=1 /bin/sh -c \"$line\"", words(here, environment));
    }

    private static Object[] words(String first, String... rest) {
        Object[] all = new Object[rest.length + 1];
        all[0] = first;
        System.arraycopy(rest, 0, all, 1, rest.length);
        return all;
    }
}
