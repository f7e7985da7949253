package io.zsync.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.zsync.node.api.Share;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ShareArgumentTest {
    private static final Judge JUDGE = new Judge("serve");

    private static Share parse(String typed) throws UsageError {
        return ShareArgument.parse(JUDGE, Argument.of(typed));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "a=/srv/a           | /srv/a        | false | false",
                "a=/srv/a:ro        | /srv/a        | false | false",
                "a=/srv/a:rw        | /srv/a        | true  | false",
                "a=/srv/a:rw,owner  | /srv/a        | true  | true",
                "a=b                | b             | false | false",
                "a=.:rw             | .             | true  | false",
                "a=/srv/a:rw:ro     | /srv/a:rw     | false | false",
                "a=/srv/a:ro:rw     | /srv/a:ro     | true  | false",
                "a=/srv/a:rw/       | /srv/a:rw     | false | false",
                "a=/srv/a,owner/:rw | /srv/a,owner  | true  | false",
                "a=/srv/a,owner:ro  | /srv/a,owner  | false | false",
                "a=/srv/a:RW        | /srv/a:RW     | false | false",
                "a=/srv/a:rwx       | /srv/a:rwx    | false | false",
                "a=/s:rw,b/c        | /s:rw,b/c     | false | false",
                "a=x=y:rw           | x=y           | true  | false",
                "a=a:b,c:rw,owner   | a:b,c         | true  | true"
            })
    void onlyTheVeryEndSaysHowItIsShared(String typed, String directory, boolean writable, boolean owner)
            throws UsageError {
        assertEquals(new Share("a", Path.of(directory), writable, owner), parse(typed));
    }

    @Test
    void aDirectoryIsAnyBytes() throws UsageError {
        Argument typed = Argument.of("a=/x\u00ff:\u00e4 :rw".getBytes(StandardCharsets.ISO_8859_1));

        Share share = ShareArgument.parse(JUDGE, typed);

        Argument path = Argument.of("/x\u00ff:\u00e4 ".getBytes(StandardCharsets.ISO_8859_1));
        assertEquals(new Share("a", path.path(), true, false), share);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "photos;share: it reads NAME=DIR[:ro|:rw][,owner] (photos)",
                "a=;share: no directory is named (a=)",
                "a=:rw;share: no directory is named (a=:rw)",
                "a=:rw,owner;share: no directory is named (a=:rw,owner)",
                "=/srv;share: the name of a share has 1 to 64 characters, not 0 (=/srv)",
                "a b=/srv;share: the name of a share has no ' ', only letters, digits, . _ and - (a b=/srv)",
                "a/b=/srv;share: the name of a share has no '/', only letters, digits, . _ and - (a/b=/srv)",
                "-a=/srv;share: the name of a share does not start with '-' (-a=/srv)",
                "a=/srv:ro,owner;share: owners are applied only where peers may write (a=/srv:ro,owner)",
                "a=/srv,owner;share: owners are applied only where peers may write (a=/srv,owner)"
            })
    void whatIsNoneIsRefused(String typed, String error) {
        assertEquals(
                "serve: " + error,
                assertThrows(UsageError.class, () -> parse(typed)).getMessage());
    }
}
