package io.zsync.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.zsync.node.api.PeerTree;
import io.zsync.protocol.RelativePath;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PeerAddressTest {
    private static final Judge JUDGE = new Judge("push");

    private static PeerTree parse(String typed) throws UsageError {
        return PeerAddress.parse(JUDGE, Argument.of(typed));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "nas                    | nas             | default | .",
                "nas/                   | nas             | default | .",
                "nas/photos             | nas             | photos  | .",
                "nas/photos/            | nas             | photos  | .",
                "nas/photos/2024/May    | nas             | photos  | 2024/May",
                "nas/photos/2024/       | nas             | photos  | 2024",
                "NAS/Photos             | NAS             | Photos  | .",
                "my_nas-2/a.b_c-d       | my_nas-2        | a.b_c-d | .",
                "backup.example.org:7   | backup.example.org:7 | default | .",
                "10.0.0.2/photos        | 10.0.0.2        | photos  | .",
                "10.0.0.2:65535/photos  | 10.0.0.2:65535  | photos  | .",
                "[fd00::7]              | [fd00::7]       | default | .",
                "[fd00::7]/photos/x     | [fd00::7]       | photos  | x",
                "[fd00::7]:7000/photos  | [fd00::7]:7000  | photos  | .",
                "[fe80::1%eth0]:7000/p  | [fe80::1%eth0]:7000 | p   | .",
                "nas/photos/a b,c:d=e@f | nas             | photos  | a b,c:d=e@f",
                "nas/photos/...         | nas             | photos  | ...",
                "localhost/x            | localhost       | x       | .",
                "local/x                | local           | x       | ."
            })
    void aRemotePeerIsANodeAShareAndAPath(String typed, String node, String share, String path) throws UsageError {
        RelativePath expected = path.equals(".") ? RelativePath.ROOT : RelativePath.of(path);

        assertEquals(new PeerTree.Remote(node, share, expected), parse(typed));
    }

    @Test
    void aPathInAShareIsAnyBytes() throws UsageError {
        byte[] bytes = "p\u00ff\u0001 \u00e4\n".getBytes(StandardCharsets.ISO_8859_1);
        byte[] typed = "nas/s/p\u00ff\u0001 \u00e4\n/".getBytes(StandardCharsets.ISO_8859_1);

        assertEquals(
                new PeerTree.Remote("nas", "s", RelativePath.of(bytes)), PeerAddress.parse(JUDGE, Argument.of(typed)));
    }

    @Test
    void aLocalPeerIsAnyDirectory() throws UsageError {
        assertEquals(new PeerTree.Local(Path.of("b")), parse("local:b"));
        assertEquals(new PeerTree.Local(Path.of("/a:b/../c")), parse("local:/a:b/../c"));
        assertEquals(new PeerTree.Local(Path.of("7419")), parse("local:7419"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            ignoreLeadingAndTrailingWhitespace = false,
            value = {
                "``|the host is empty ()",
                ".backup|neither a name nor a host starts with '.' (.backup)",
                "...|neither a name nor a host starts with '.' (...)",
                "-x/y|a host does not start with '-' (-x/y)",
                "me@nas|a host has no '@', only letters, digits, . _ and - (me@nas)",
                "n\u00e4s|a host has no '\u00e4', only letters, digits, . _ and - (n\u00e4s)",
                "nas:|port '' is no number up to 65535 (nas:)",
                "nas:/srv|port '' is no number up to 65535 (nas:/srv)",
                "nas:0|port 0 cannot be connected to (nas:0)",
                "nas:70000|port 70000 is not in 0..65535 (nas:70000)",
                "fd00::7|IPv6 addresses stand in brackets (fd00::7)",
                "[fd00::7/x|a bracket is not closed ([fd00::7/x)",
                "[nas]:7|only IPv6 addresses stand in brackets ([nas]:7)",
                "[fd00::7]7|only a port can follow the bracket ([fd00::7]7)",
                "[fd00::zz]|'fd00::zz' is no IPv6 address ([fd00::zz])",
                "nas//x|the name of a share has 1 to 64 characters, not 0 (nas//x)",
                "nas/a b|the name of a share has no ' ', only letters, digits, . _ and - (nas/a b)",
                "nas/.ssh|the name of a share does not start with '.' (nas/.ssh)",
                "nas/..|the name of a share does not start with '.' (nas/..)",
                "nas/s/..|path ..: component . or .. (nas/s/..)",
                "nas/s/a/../b|path a/../b: component . or .. (nas/s/a/../b)",
                "nas/s/./b|path ./b: component . or .. (nas/s/./b)",
                "nas/s//|path /: empty component (nas/s//)",
                "nas/s//b|path /b: empty component (nas/s//b)",
                "nas/s/a//b|path a//b: empty component (nas/s/a//b)",
                "nas/s/a//|path a/: empty component (nas/s/a//)",
                "nas/s/a\0b|path a\\x00b: NUL in a component (nas/s/a\\x00b)"
            })
    void whatIsNoneIsRefusedWithTheReasonAndTheForm(String typed, String error) {
        UsageError refusal = assertThrows(UsageError.class, () -> parse(typed));

        assertEquals("push: peer: " + error, refusal.getMessage());
        assertEquals(
                "PEER is NAME, HOST or HOST:PORT, with /SHARE[/SUBPATH] or without, or local:DIR on this machine.",
                refusal.wayOut());
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/mnt/backup", ".", "..", "./nas", "../nas/photos", "./", "../", "//", "./.."})
    void aPathIsRefusedWithTheCommandThatTakesIt(String typed) {
        UsageError refusal = assertThrows(UsageError.class, () -> parse(typed));

        assertEquals("push: peer: this is a path (" + typed + ")", refusal.getMessage());
        assertEquals(
                "zsync copy SOURCE TARGET takes two paths; or type local:" + typed + ", a node in this process.",
                refusal.wayOut());
    }

    /** Whatever could be a peer is never taken for a directory: where it goes must not depend on what is there. */
    @ParameterizedTest
    @ValueSource(strings = {"nas", "nas/./x", "nas/../x", "a.b", "...", "..nas/x", ".nas", "local:/x", "local:./x", ""})
    void onlyWhatCanBeNoPeerIsADirectory(String typed) {
        assertFalse(PeerAddress.isDirectory(Argument.of(typed)), typed);
    }
}
