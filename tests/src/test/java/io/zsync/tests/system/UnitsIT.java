package io.zsync.tests.system;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The systemd units: systemd finds no fault with them, and zsync needs no more than they leave it. No systemd has to run
 * for that: what a unit forbids is compared with what strace sees, or taken away by setpriv.
 */
class UnitsIT {
    private static final Path UNITS = Checkout.ROOT.resolve("examples/systemd");
    private static final Pattern CALL = Pattern.compile("(?m)^\\d+ +(\\w+)\\(");
    private static final Pattern ENDED =
            Pattern.compile("(?s)\\A(\\d+) .*^\\1 +\\+\\+\\+ exited with", Pattern.MULTILINE);
    private static final Pattern SOCKET = Pattern.compile("(?m)^\\d+ +socket\\((AF_\\w+)");

    @RegisterExtension
    final Workspace work = new Workspace();

    @Test
    void systemdFindsNoFaultWithTheUnits() throws IOException {
        Machine.needs("systemd-analyze");
        List<Object> units = new ArrayList<>();
        for (Path unit : unitsOfThisCheckout()) {
            units.add(unit);
        }
        assertEquals(3, units.size(), units::toString);

        Outcome outcome = Command.script("systemd-analyze verify --man=no \"$@\"", units.toArray())
                .run()
                .exits(0);

        // An option that it does not know is a warning only. Others' units may be at fault too.
        List<String> faults = Stream.concat(outcome.outLines().stream(), outcome.errLines().stream())
                .filter(line -> line.contains("zsync"))
                .toList();
        assertEquals(List.of(), faults);
    }

    /** Ten times systemd's figure of exposure, from 0 to 10; what differs between its versions left as room. */
    @ParameterizedTest
    @CsvSource({"zsync.service, 25", "zsync-push.service, 30"})
    void theServicesAreHardened(String unit, int threshold) throws IOException {
        Machine.needs("systemd-analyze");
        unitsOfThisCheckout();

        Command.script(
                        "cd \"$1\"; systemd-analyze security --offline=true --threshold=\"$3\" \"./$2\"",
                        work.path("units"),
                        unit,
                        threshold)
                .run()
                .exits(0);
    }

    @Test
    void theUnitsAllowEverySystemCallAndAddressFamilyOfARun() throws IOException {
        Machine.needs("systemd-analyze");
        Machine.needsStrace();
        work.make("""
                mkdir -p source/many/small replica; head -c 20M /dev/urandom >source/large
                seq 1000 | split -l 1 -a 3 - source/many/small/; ln -s many source/link""");
        Home client = new Home(Host.HERE, work.path("client"));
        Home server = new Home(Host.HERE, work.path("server"));
        server.admit("client", client);
        Path served = work.path("served");
        Path pushed = work.path("pushed");

        try (ServingNode node = ServingNode.startUnder(
                strace(served), server, 0, "--share", "default=" + work.path("replica") + ":rw")) {
            // By its name, so that it has to be looked up.
            client.reach("backup1", node.id(), "localhost:" + node.port());
            for (String level : List.of("clear", "safe", "private")) {
                client.zsync(
                                strace(pushed),
                                "push",
                                "--protect",
                                level,
                                work.path("source"),
                                "backup1/default/" + level)
                        .run()
                        .exits(0);
                Trees.assertMirrors(work.path("source"), work.path("replica/" + level));
                assertAllows("zsync-push.service", traced(pushed));
            }
            node.terminate().outcome().exits(0);
        }

        assertAllows("zsync.service", traced(served));
    }

    /** As root, but with the capabilities alone that the comment names. */
    @Test
    void aShareWithOwnersNeedsNoMoreCapabilitiesThanTheUnitSays() throws IOException {
        Machine.needsRoot("to give files away");
        Machine.needs("setpriv");
        work.make("""
                mkdir -p source/closed source/team replica
                echo x >source/closed/file; echo y >source/program; echo z >source/team/file
                chmod 4755 source/program; chmod 2770 source/team; chmod 0400 source/closed/file
                chown -h 1234:1234 source/closed source/closed/file source/team/file; chown 0:4321 source/team
                chmod 500 source/closed; chmod 4755 source/program""");
        Home client = new Home(Host.HERE, work.path("client"));
        Home server = new Home(Host.HERE, work.path("server"));
        server.admit("client", client);
        String capabilities = setting("zsync.service", "# CapabilityBoundingSet");
        assertFalse(capabilities.isEmpty(), "the comment names them");

        try (ServingNode node = ServingNode.startUnder(
                List.of("setpriv", "--bounding-set", bounding(capabilities), "--no-new-privs"),
                server,
                0,
                "--share",
                "default=" + work.path("replica") + ":rw,owner")) {
            client.reach("backup1", node.id(), Host.HERE.endpoint4(node.port()));
            client.zsync("push", work.path("source"), "backup1").run().exits(0);
            Trees.assertMirrors(work.path("source"), work.path("replica"));
            // A second time, into what already belongs to others.
            work.make("chmod 700 source/closed; echo more >source/closed/more; chmod 500 source/closed");
            client.zsync("push", work.path("source"), "backup1").run().exits(0);
            Trees.assertMirrors(work.path("source"), work.path("replica"));
        }
    }

    @Test
    void thePushingServiceReadsWhatBelongsToOthers() throws IOException {
        Machine.needsNobody(Checkout.JAR);
        work.make("""
                mkdir -p source/closed replica client; echo x >source/closed/file; head -c 1M /dev/urandom >source/large
                chmod 600 source/closed/file source/large; chmod 700 source/closed
                chown -R 1234:1234 source; chown 65534:65534 client""");
        String capability = setting("zsync-push.service", "AmbientCapabilities");
        List<String> sandbox = new ArrayList<>(
                List.of("setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", "--no-new-privs"));
        sandbox.addAll(List.of("--bounding-set", bounding(capability)));
        sandbox.addAll(List.of("--inh-caps", bounding(capability), "--ambient-caps", bounding(capability)));
        Home client = new Home(Host.HERE, work.path("client"));
        Home server = new Home(Host.HERE, work.path("server"));
        String id = client.zsync(sandbox, "id").output().strip();
        server.zsync("peers", "add", "client", id).output();

        try (ServingNode node = ServingNode.start(server, "--share", "default=" + work.path("replica") + ":rw,owner")) {
            client.zsync(sandbox, "peers", "add", "backup1", node.id(), Host.HERE.endpoint4(node.port()))
                    .output();
            client.zsync(sandbox, "push", work.path("source"), "backup1").run().exits(0);
        }

        Trees.assertMirrors(work.path("source"), work.path("replica"));
    }

    /** The units in the workspace, with this checkout's zsync as the program: systemd looks whether it is there. */
    private List<Path> unitsOfThisCheckout() throws IOException {
        List<Path> units = new ArrayList<>();
        Files.createDirectories(work.path("units"));
        try (Stream<Path> all = Files.list(UNITS)) {
            for (Path unit : all.sorted().toList()) {
                String text = Files.readString(unit).replace("/usr/local/bin/zsync", Checkout.launcher());
                units.add(Files.writeString(work.path("units").resolve(unit.getFileName()), text));
            }
        }
        return units;
    }

    /** Leaves the traced process the process id that was started. */
    private static List<String> strace(Path trace) {
        return List.of("strace", "-D", "-f", "-q", "-s", "0", "-e", "signal=none", "-o", trace.toString());
    }

    /** The trace, once the tracer, which is nobody's child, has seen the end of the process that it began with. */
    private static String traced(Path trace) throws IOException {
        await().until(() -> ENDED.matcher(Files.readString(trace)).find());
        return Files.readString(trace);
    }

    private static void assertAllows(String unit, String trace) throws IOException {
        Set<String> calls = new TreeSet<>();
        CALL.matcher(trace).results().map(call -> call.group(1)).forEach(calls::add);
        assertTrue(calls.contains("openat2"), calls::toString);
        calls.removeAll(allowedCalls(setting(unit, "SystemCallFilter")));
        assertEquals(Set.of(), calls, unit + " would refuse these system calls");

        Set<String> families = new TreeSet<>();
        SOCKET.matcher(trace).results().map(socket -> socket.group(1)).forEach(families::add);
        assertTrue(families.contains("AF_INET") || families.contains("AF_INET6"), families::toString);
        families.removeAll(List.of(setting(unit, "RestrictAddressFamilies").split(" ")));
        assertEquals(Set.of(), families, unit + " would refuse these address families");
    }

    /** The value of a line {@code NAME=VALUE}, which has to be there once. */
    private static String setting(String unit, String name) throws IOException {
        List<String> values = Files.readAllLines(UNITS.resolve(unit)).stream()
                .filter(line -> line.startsWith(name + "="))
                .map(line -> line.substring(name.length() + 1))
                .toList();
        assertEquals(1, values.size(), unit + ": lines " + name + "=");
        return values.getFirst();
    }

    /** {@code CAP_CHOWN CAP_FOWNER} as setpriv wants it. */
    private static String bounding(String capabilities) {
        return "-all,+"
                + capabilities.toLowerCase(Locale.ROOT).replace("cap_", "").replace(" ", ",+");
    }

    /** What sets of system calls, with blanks between, mean here, with the sets in them. */
    private static Set<String> allowedCalls(String sets) {
        Map<String, List<String>> members = new HashMap<>();
        String name = "";
        for (String line :
                Command.of("systemd-analyze", "syscall-filter").output().lines().toList()) {
            if (line.startsWith("@")) {
                name = line.strip();
            } else if (line.startsWith("    ") && !line.startsWith("    #")) {
                members.computeIfAbsent(name, _ -> new ArrayList<>()).add(line.strip());
            }
        }
        Set<String> allowed = new TreeSet<>();
        List<String> open = new ArrayList<>(List.of(sets.split(" ")));
        while (!open.isEmpty()) {
            String next = open.removeLast();
            if (allowed.add(next)) {
                open.addAll(members.getOrDefault(next, List.of()));
            }
        }
        assertTrue(allowed.size() > 100, allowed::toString);
        return allowed;
    }
}
