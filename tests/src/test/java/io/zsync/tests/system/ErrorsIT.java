package io.zsync.tests.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a run that cannot be done says, and that it did nothing. */
class ErrorsIT {
    @RegisterExtension
    final Workspace work = new Workspace();

    @BeforeEach
    void makeASource() {
        work.make("mkdir source; echo x >source/file; echo x >file");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    push missing local:target             | 11 | zsync: source: No such file or directory (missing)
                    push file local:target                | 11 | zsync: source: Not a directory (file)
                    push source local:no/target           | 11 | zsync: peer: target: No such file or directory (
                    push source local:file                | 11 | zsync: peer: target: Not a directory (
                    push source local:file/target         | 11 | zsync: peer: target: Not a directory (
                    push source local:source/below        |  1 | zsync: target: one of source and target lies inside the other (
                    push source local:.                   |  1 | zsync: target: one of source and target lies inside the other (
                    push source                           |  1 | zsync: push: PEER is missing (source)
                    push                                  |  1 | zsync: push: DIR and PEER are missing
                    push source local:                    |  1 | zsync: push: local: names no directory (
                    push --frobnicate source local:target |  1 | zsync: push --frobnicate: no such option
                    push --data-path=clone source local:t |  1 | zsync: push --data-path clone: not one of
                    push --streams 17 source local:target |  1 | zsync: push --streams 17: not a number from 1 to 16
                    push --inplace source local:target    |  1 | zsync: push --inplace: an option of rsync alone
                    push --max-delete 1 source local:t    |  1 | zsync: push --max-delete 1: nothing is deleted
                    push source me@backup1                |  1 | zsync: push: peer: a host has no
                    pull backup1                          |  1 | zsync: pull: DIR is missing (backup1)
                    pull backup1/s/a/../b target          |  1 | zsync: pull: peer: path a/../b: component . or .. (
                    diff --explain source local:target    |  1 | zsync: diff --explain: has no meaning here, nothing is moved
                    serve                                 |  1 | zsync: serve: --share is missing
                    serve --share a=source,owner          |  1 | zsync: serve: share: owners are applied only where peers may write (
                    peers add nas zs1-x                   |  1 | zsync: peers add: an id has 56 characters after zs1-, this one has 1 (
                    copy source local:target              |  1 | zsync: copy: a peer has no place here, it takes two local paths (local:target)
                    copy -z source target                 |  1 | zsync: copy -z: has no meaning here, nothing goes over a wire
                    push source ./target                  |  1 | zsync: push: peer: this is a path (./target)
                    diff --timeout 9 source ./target      |  1 | zsync: diff --timeout: has no meaning here, nothing goes over a wire
                    frobnicate                            |  1 | zsync: no such command (frobnicate)
                    """)
    void oneLineSaysWhatIsWrongAndAnotherOneTheWayOut(String typed, int code, String message) {
        String before = listing();

        Outcome outcome = Checkout.zsync((Object[]) typed.split(" "))
                .in(work.path(""))
                .run()
                .exits(code);

        List<String> lines = outcome.errLines();
        assertTrue(lines.getFirst().startsWith(message), outcome::err);
        assertTrue(lines.size() <= 2, outcome::err);
        assertFalse(outcome.err().contains("\tat "), outcome::err);
        assertEquals("", outcome.out());
        assertEquals(before, listing(), "nothing was made");
    }

    @Test
    void aDryRunSaysWhatItWouldDoAndDoesNothing() {
        String before = listing();

        Outcome outcome = Checkout.zsync("push", "-n", "-v", "source", "local:target")
                .in(work.path(""))
                .run()
                .exits(0);

        assertTrue(outcome.outLines().contains("file"), outcome::out);
        assertTrue(outcome.err().startsWith("would push source to local:target (dry run): 1 file, "), outcome::err);
        assertEquals(before, listing());
    }

    @Test
    void fifosAndSocketsAreNoErrors() throws Exception {
        Path source = work.path("source");
        work.make("mkfifo source/fifo; mkdir source/below; mkfifo source/below/fifo");
        try (var socket = java.nio.channels.ServerSocketChannel.open(java.net.StandardProtocolFamily.UNIX)) {
            socket.bind(java.net.UnixDomainSocketAddress.of(source.resolve("socket")));

            Outcome outcome = Checkout.push(source, work.path("target")).run().exits(0);

            assertTrue(outcome.errLines().get(1).endsWith(", 0 failed"), outcome::err);
            String kinds = Command.of("stat", "-c", "%F", "target/fifo", "target/below/fifo", "target/socket")
                    .in(work.path(""))
                    .output();
            assertEquals("fifo\nfifo\nsocket", kinds.strip());
        }
    }

    @Test
    void whatCannotBeReadFailsAndTheRestIsDone() throws Exception {
        Machine.needsNobody(Checkout.JAR);
        work.make("""
                mkdir source/closed source/open; echo secret >source/secret; echo secret >source/closed/file
                echo x >source/open/file; touch -d 2026-01-01 source/open/file
                mkdir -p target/closed; echo kept >target/closed/kept; echo old >target/secret
                chown -R 65534:65534 source target
                chown 0:0 source/secret source/closed; chmod 000 source/secret source/closed""");
        Path target = work.path("target");

        Outcome outcome = Machine.nobody(
                        Checkout.launcher(), "push", work.path("source").toString(), "local:" + target)
                .run()
                .exits(23);

        List<String> problems = outcome.errLines().stream()
                .filter(line -> line.startsWith("zsync: cannot read the source: "))
                .sorted()
                .toList();
        assertEquals(2, problems.size(), outcome::err);
        assertTrue(problems.stream().anyMatch(line -> line.endsWith(" (closed)")), outcome::err);
        assertTrue(problems.stream().anyMatch(line -> line.endsWith(" (secret)")), outcome::err);
        assertTrue(outcome.err().contains(", 2 failed\n"), outcome::err);
        assertEquals("x\n", Files.readString(target.resolve("open/file")));
        assertEquals("x\n", Files.readString(target.resolve("file")));
        assertEquals("old\n", Files.readString(target.resolve("secret")));
        assertEquals("kept\n", Files.readString(target.resolve("closed/kept")));
        Trees.assertNothingStaged(target);
    }

    private String listing() {
        return Command.script("cd \"$1\"; find . -printf '%p %y %s %T@\\n' | sort", work.path(""))
                .output();
    }
}
