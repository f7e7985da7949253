package io.zsync.tests.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What would be done is said as it is said when it is done, and nothing is done: strace is the witness. */
class DryRunIT {
    private static final int FILES = Machine.LONG ? 50_000 : 3_000;
    /** Every call that could change a tree, and those that open files, whose flags say whether they could. */
    private static final List<String> CALLS = List.of(
            "open,openat,openat2,creat,mkdir,mkdirat,mknod,mknodat,rmdir,unlink,unlinkat,rename,renameat,renameat2",
            "link,linkat,symlink,symlinkat,chmod,fchmod,fchmodat,chown,fchown,lchown,fchownat",
            "utime,utimes,futimesat,utimensat,setxattr,lsetxattr,fsetxattr,removexattr,lremovexattr,fremovexattr",
            "truncate,ftruncate,fallocate,write,pwrite64,writev,pwritev,pwritev2,copy_file_range,sendfile,ioctl",
            "flock,fsync,fdatasync,syncfs");

    private static final Pattern OPENS = Pattern.compile("open|openat|openat2");
    private static final Pattern WRITABLE = Pattern.compile("O_WRONLY|O_RDWR|O_CREAT|O_TRUNC|O_APPEND|O_TMPFILE");

    @RegisterExtension
    final Workspace work = new Workspace();

    private Path source;
    private Path target;

    @BeforeEach
    void nameTheTrees() {
        source = work.path("source");
        target = work.path("target");
    }

    /** @param files how many there are besides, equal on both sides */
    private void makeTwoTreesThatDifferInEveryWay(int files) {
        work.make("""
                mkdir source
                for d in {1..50}; do mkdir source/d$d; (cd source/d$d; seq $(($1 / 50)) | xargs touch -d 2026-01-01); done
                echo linked >source/linked; ln source/linked source/d1/also-linked; ln source/linked source/d2/relinked
                ln -s here source/link
                for f in file-to-directory file-to-link file-to-fifo; do echo $f >source/$f; done
                mkdir source/directory-to-file source/directory-to-link source/directory-to-file/below
                echo x >source/directory-to-file/below/x
                ln -s x source/link-to-file; ln -s x source/link-to-directory
                cp -a source target
                # From here on they differ.
                cd source
                echo new >d1/new; mkdir d1/newer; echo newest >d1/newer/newest; ln d1/new d3/new-link
                ln -sfn there link
                rm d2/relinked; echo apart >d2/relinked
                ln -f d4/1 d4/2; ln -s new d4/new-link
                rm file-to-directory; mkdir file-to-directory; echo x >file-to-directory/x
                rm file-to-link; ln -s x file-to-link
                rm file-to-fifo; mkfifo file-to-fifo
                rm -r directory-to-file directory-to-link; echo file >directory-to-file; ln -s x directory-to-link
                rm link-to-file link-to-directory; echo file >link-to-file; mkdir link-to-directory
                rm -r d5 d6/1 d6/2
                chmod 600 d7/1; chmod 700 d8; touch -d 2026-02-02 d9/1 d10; echo changed >d11/1
                mkdir '../target/more '; echo x >$'../target/more /new\\nline'""", files);
        if (Machine.isRoot()) {
            work.make("chown 1:2 source/d12/1 source/d13; chgrp -h 3 source/link; mknod source/device c 1 3");
        }
        if (Command.script("command -v setfattr && command -v setfacl").run().code() == 0) {
            work.make("setfattr -n user.k -v v source/d14/1 source/d15; setfacl -m u:7:r source/d16/1 source/d17");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"push -n", "diff", "pull -n", "copy -n"})
    void changesNothingOnEitherSide(String command) throws IOException {
        Machine.needsStrace();
        makeTwoTreesThatDifferInEveryWay(FILES);
        String before = everything();
        Path trace = work.path("trace");
        List<String> words = new ArrayList<>(List.of("strace", "-f", "--seccomp-bpf", "-qq", "-y", "-s", "0"));
        words.addAll(List.of("-o", trace.toString(), "-e", "trace=" + String.join(",", CALLS)));
        words.add(Checkout.launcher());
        words.addAll(command.lines()
                .flatMap(line -> Pattern.compile(" ").splitAsStream(line))
                .toList());
        words.addAll(List.of("-i", "-H", "-A", "-X", "--delete"));
        words.addAll(
                switch (command) {
                    case "pull -n" -> List.of("local:" + source, target.toString());
                    case "copy -n" -> List.of(source.toString(), target.toString());
                    default -> List.of(source.toString(), "local:" + target);
                });

        Outcome outcome = Command.of(words).run().exits(command.equals("diff") ? 40 : 0);

        SystemCalls calls = SystemCalls.read(trace);
        assertEquals(List.of(), changing(calls), outcome::toString);
        assertTrue(calls.all().stream().filter(this::opensARoot).count() > 100, "strace saw the trees being read");
        assertEquals(before, everything());
        assertTrue(outcome.outLines().size() > FILES / 50, outcome::toString);
    }

    /** The witness sees what a real run changes, so its silence above means something. */
    @Test
    void aRealRunIsSeenToChangeTheTarget() throws IOException {
        Machine.needsStrace();
        makeTwoTreesThatDifferInEveryWay(1_000);
        Path trace = work.path("trace");
        List<String> words = new ArrayList<>(List.of("strace", "-f", "--seccomp-bpf", "-qq", "-y", "-s", "0"));
        words.addAll(List.of("-o", trace.toString(), "-e", "trace=" + String.join(",", CALLS)));
        words.addAll(List.of(Checkout.launcher(), "push", source.toString(), "local:" + target));

        Command.of(words).run();

        List<String> names = changing(SystemCalls.read(trace)).stream()
                .map(line -> line.substring(0, line.indexOf('(')))
                .distinct()
                .toList();
        for (String name : List.of("renameat2", "openat", "mkdirat", "flock", "utimensat", "fchmod")) {
            assertTrue(names.contains(name), () -> name + " is not among " + names);
        }
    }

    private List<String> changing(SystemCalls calls) {
        return calls.all().stream()
                .filter(call -> OPENS.matcher(call.name()).matches()
                        ? WRITABLE.matcher(call.arguments()).find() && concernsARoot(call)
                        : concernsARoot(call))
                .map(call -> call.name() + "(" + call.arguments() + ") = " + call.result())
                .toList();
    }

    /** By name or by descriptor; what is named through /proc/self/fd can be anything, so it counts too. */
    private boolean concernsARoot(SystemCalls.Call call) {
        if (call.name().equals("sendfile")) {
            return isOfARoot(call.first());
        }
        return isOfARoot(call.arguments()) || call.arguments().contains("/proc/self/fd/");
    }

    private boolean isOfARoot(String text) {
        return text.contains(source.toString()) || text.contains(target.toString());
    }

    private boolean opensARoot(SystemCalls.Call call) {
        return OPENS.matcher(call.name()).matches() && isOfARoot(call.arguments());
    }

    /** Every object of both trees; what was done to one and undone would show in its ctime. */
    private String everything() {
        return Command.script("""
                        find "$1" "$2" -printf '%p %y %i %n %m %U:%G %s %b %T@ %C@ %l\\0' | LC_ALL=C sort -z |
                            sha256sum""", source, target).output();
    }

    static Stream<String> options() {
        return Stream.concat(
                Stream.of(
                        "-i -H -A -X --delete",
                        "-i --delete --max-delete 3",
                        "-i --delete --no-owner --backup-dir .old",
                        "-i -c --delete",
                        "-i --delete --exclude new --exclude d6/"),
                Machine.LONG ? Stream.of("-i --delete", "-i -H", "-v -H -A -X --delete") : Stream.empty());
    }

    @ParameterizedTest
    @MethodSource("options")
    void printsTheLinesOfTheRealRun(String options) {
        makeTwoTreesThatDifferInEveryWay(1_000);

        Outcome dry = push("-n " + options);
        Outcome real = push(options);

        assertEquals(real.out(), dry.out());
        assertEquals(real.code(), dry.code(), () -> "dry: " + dry + "\nreal: " + real);
        assertTrue(real.outLines().size() > 20, real::toString);
        if (options.contains("-X")) {
            assertEquals(0, real.code(), real::toString);
            assertEquals("", push("-n " + options).out(), "nothing is left to be done");
        }
    }

    @Test
    void aCopyPrintsTheLinesOfThePush() {
        makeTwoTreesThatDifferInEveryWay(1_000);
        List<Object> words = new ArrayList<>(List.of("copy", "-i", "-H", "-A", "-X", "--delete"));

        Outcome push = push("-n -i -H -A -X --delete");
        Outcome dry = Checkout.zsync(with(words, "-n", source, target)).run().exits(0);
        Outcome real = Checkout.zsync(with(words, source, target)).run().exits(0);

        // A push's arrows say that content is sent, a copy's that it is received: rsync's letters for the two.
        assertEquals(push.out().replaceAll("(?m)^<", ">"), dry.out());
        assertEquals(dry.out(), real.out());
        assertEquals("", Checkout.zsync(with(words, source, target)).run().out(), "nothing is left to be done");
    }

    @Test
    void aDirectoryIsComparedWithoutANodeAsWithOne() {
        makeTwoTreesThatDifferInEveryWay(1_000);
        List<Object> words = new ArrayList<>(List.of("diff", "-i", "-H", "-A", "-X", "--delete"));

        Outcome node =
                Checkout.zsync(with(words, source, "local:" + target)).run().exits(40);
        Outcome path = Checkout.zsync(with(words, source, target)).run().exits(40);

        assertEquals(node.out(), path.out());
        Checkout.zsync("copy", "-q", "-H", "-A", "-X", "--delete", source, target)
                .run()
                .exits(0);
        Checkout.zsync(with(words, source, target)).run().exits(0);
        // One byte, and nothing that a look from outside would show.
        work.make("touch -r target/d1/new time; printf N >target/d1/new; truncate -s 4 target/d1/new;"
                + " touch -r time target/d1/new");
        Checkout.zsync(with(words, source, target)).run().exits(0);
        assertTrue(
                Checkout.zsync("verify", source, target).run().exits(40).out().contains("d1/new"));
    }

    private static Object[] with(List<Object> words, Object... more) {
        List<Object> all = new ArrayList<>(words);
        all.addAll(List.of(more));
        return all.toArray();
    }

    private Outcome push(String options) {
        List<String> words = new ArrayList<>();
        Pattern.compile(" ").splitAsStream(options).forEach(words::add);
        return Checkout.push(source, target, words.toArray(String[]::new)).run();
    }
}
