package io.zsync.tests.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The comparison that DifferentialIT rests on sees each kind of difference, and none where there is none. */
class ListingIT {
    @RegisterExtension
    final Workspace work = new Workspace();

    private Path one;
    private Path two;

    @BeforeEach
    void makeTwoEqualTrees() {
        Machine.needsRoot("to make devices and to give files away");
        Machine.needs("getfattr");
        Machine.needs("setfacl");
        one = work.path("one");
        two = work.path("two");
        work.make("""
                mkdir -p one/d
                cd one
                head -c 100000 /dev/zero | tr '\\0' x >file
                truncate -s 8M sparse; printf x | dd of=sparse bs=1 seek=4194304 conv=notrunc status=none
                printf x >d/a; ln d/a d/b; ln d/a c
                ln -s file link; mkfifo fifo; mknod device c 5 6
                printf y >$'-\\xff\\n\\\\ '
                setfattr -n user.k -v 1 file d $'./-\\xff\\n\\\\ '
                setfacl -m u:77:r file; setfacl -d -m u:77:r d
                find . -exec touch -h -d '1960-01-02 03:04:05.678901234' {} +
                cd ..
                cp -a --sparse=always one two""");
    }

    @Test
    void equalTreesAreEqual() {
        Listing listing = Listing.of(one);

        assertEquals(11, listing.size());
        assertEquals(List.of(), listing.differences(Listing.of(two)));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    dd of=file bs=1 count=1 seek=99999 conv=notrunc status=none <<<X; T file | ./file: content:
                    printf x >>file; T file                       | ./file: size: 100000 / 100001
                    chmod u+s file                                | ./file: mode: 644 / 4644
                    chown 1 file; setfattr -n user.k -v 1 file    | ./file: owner: 0:0 / 1:0
                    chgrp -h 4294967290 link; T link                 | ./link: owner: 0:0 / 0:4294967290
                    touch -h -d '1960-01-02 03:04:05.678901235' d | ./d: mtime:
                    setfattr -n user.k -v 2 d                     | ./d: xattr user.k: 0x31 / 0x32
                    setfattr -n user.n -v 1 d                     | ./d: xattr user.n: none / 0x31
                    setfattr -x user.k $'./-\\xff\\n\\\\ '        | ./-\\xff\\x0a\\x5c : xattr user.k: 0x31 / none
                    setfacl -m u:77:- file; chmod g=r file        | ./file: xattr system.posix_acl_access:
                    setfacl -d -x u:77 d                          | ./d: xattr system.posix_acl_default:
                    cp -a d/b n; mv n d/b; T d                    | ./d/a: names: ./c, ./d/a, ./d/b / ./c, ./d/a
                    ln -sfn fil link; T link                      | ./link: link: file / fil
                    rm device; mknod device c 5 7; T device       | ./device: device: 5:6 / 5:7
                    rm device; mknod device b 5 6; T device       | ./device: kind: 2 / 6
                    rm fifo; T .                                  | ./fifo: {kind=1,
                    printf x >extra; T .                          | ./extra: absent / {
                    fallocate -l 5M sparse; T sparse              | ./sparse: blocks: 8 /
                    chmod 700 .                                   | .: mode: 755 / 700
                    """)
    void eachKindOfDifferenceIsSeen(String change, String line) {
        // T gives back its time to what was touched.
        work.make("T() { touch -h -r \"../one/$1\" \"$1\"; }\ncd two\n" + change);

        List<String> differences = Listing.of(one).differences(Listing.of(two));

        assertTrue(
                differences.stream().anyMatch(difference -> difference.startsWith(line)),
                () -> line + " is not among " + differences);
    }

    @Test
    void whatTheSourceHasIsAsGoodAsWhatTheReferenceHas() {
        work.make(
                "cp -a two source; cp -a two near; chmod 600 one/sparse; chmod 640 source/sparse near/sparse; chmod 700 two/c");
        Listing reference = Listing.of(one);
        Listing source = Listing.of(work.path("source"));
        List<String> nearer = new ArrayList<>();

        assertEquals(List.of(), reference.differences(Listing.of(work.path("near")), source, nearer::add));
        assertEquals(List.of("./sparse"), nearer);
        nearer.clear();
        List<String> others = reference.differences(Listing.of(two), source, nearer::add);
        assertEquals(
                List.of(
                        "./c: mode: 644 / 700",
                        "./d/a: mode: 644 / 700",
                        "./d/b: mode: 644 / 700",
                        "./sparse: mode: 600 / 644"),
                others);
        assertEquals(List.of(), nearer);
    }
}
