package io.zsync.tests.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A target without room: what does not fit fails, and nothing of it stays. */
class DiskFullIT {
    @RegisterExtension
    final Workspace work = new Workspace();

    private @Nullable SmallDisk disk;

    private Path mount(String options) {
        disk = SmallDisk.mount(work.path("disk"), options);
        return work.path("disk/target");
    }

    private void resize(String options) {
        Objects.requireNonNull(disk).resize(options);
    }

    @AfterEach
    void unmount() {
        if (disk != null) {
            disk.close();
        }
    }

    @Test
    void whatDoesNotFitFailsAndItsOldContentStays() {
        Path target = mount("size=8m");
        Path source = work.path("source");
        work.make("""
                mkdir source disk/target
                head -c 1000000 /dev/urandom >old
                cp old disk/target/allocated; cp old disk/target/sent
                head -c 20M /dev/urandom >source/allocated
                head -c 10M /dev/urandom >source/sent
                for f in 1 2 3; do head -c 5000 /dev/urandom >source/small$f; done""");

        Outcome outcome = Checkout.push(source, target).run().exits(23);

        assertTrue(outcome.err().contains("No space left on device"), outcome::err);
        assertTrue(outcome.err().contains(", 2 failed\n"), outcome::err);
        work.make("cmp old disk/target/allocated; cmp old disk/target/sent");
        work.make("for f in 1 2 3; do cmp source/small$f disk/target/small$f; done");
        Trees.assertNothingStaged(target);
        assertEquals(
                work.path("disk").toFile().getTotalSpace() - used(target),
                work.path("disk").toFile().getFreeSpace(),
                "all space is given back");

        // With room again the same run completes.
        resize("size=64m");
        Checkout.push(source, target).run().exits(0);
        Trees.assertMirrors(source, target);
    }

    @Test
    void manySmallFilesThatDoNotFitFailOneByOne() {
        Path target = mount("size=8m");
        work.make("""
                mkdir source
                for ((f = 0; f < 300; f++)); do head -c 50000 /dev/urandom >source/$f; done""");

        Outcome outcome = Checkout.push(work.path("source"), target).run().exits(23);

        long arrived = Trees.count(target, "-type", "f");
        assertTrue(arrived > 0 && arrived < 300, () -> arrived + " arrived");
        assertEquals(
                300 - arrived,
                outcome.errLines().stream()
                        .filter(line -> line.startsWith("zsync: "))
                        .count());
        Trees.assertNothingStaged(target);
        work.make("for f in $(ls disk/target); do cmp source/$f disk/target/$f; done");
    }

    @Test
    void inodesRunOutTheSameWay() {
        Path target = mount("nr_inodes=30");
        work.make("mkdir source; for ((f = 0; f < 60; f++)); do echo $f >source/$f; done; : >source/empty");

        Outcome outcome = Checkout.push(work.path("source"), target).run().exits(23);

        assertTrue(outcome.err().contains("No space left on device"), outcome::err);
        Trees.assertNothingStaged(target);
        work.make("for f in $(ls disk/target); do cmp source/$f disk/target/$f; done");
        resize("nr_inodes=300");
        Checkout.push(work.path("source"), target).run().exits(0);
        Trees.assertMirrors(work.path("source"), target);
    }

    /** The reserve: what is small still gets its place, what is not needed any more goes, and no file is tried in vain. */
    @Test
    void aFullDiskIsNotFilledAgainFileByFileAndTheRunEndsWell() {
        Path target = mount("size=8m");
        Path source = work.path("source");
        work.make("""
                mkdir -p source/many source/z disk/target/z
                head -c $((9500 * 100)) /dev/urandom | split -b 100 -a 4 - source/many/
                ln -s nowhere source/z/link
                mkdir source/z/fresh
                echo new >source/z/link-to-file; ln -s gone disk/target/z/link-to-file
                ln -s new source/z/file-to-link; echo old >disk/target/z/file-to-link
                head -c 100000 /dev/urandom >disk/target/extra""");

        Outcome outcome = Checkout.push(source, target, "--delete").run().exits(23);

        List<String> failed = outcome.errLines().stream()
                .filter(line -> line.startsWith("zsync: "))
                .toList();
        long notAskedFor = failed.stream()
                .filter(line -> line.contains(": not asked for: No space left on device (many/"))
                .count();
        long arrived = Trees.count(target.resolve("many"), "-type", "f");
        System.out.println("DiskFull: of 9,500 files " + arrived + " arrived, " + notAskedFor + " were not asked for");
        assertTrue(arrived > 0 && notAskedFor > 0, outcome::err);
        assertTrue(failed.stream().allMatch(line -> line.contains("No space left on device")), outcome::err);
        work.make("""
                [ "$(readlink disk/target/z/link)" = nowhere ] && [ -d disk/target/z/fresh ]
                [ "$(readlink disk/target/z/file-to-link)" = new ] && [ ! -e disk/target/extra ]
                # Exit 1: what is on one side only.
                differences=$(diff -rq source/many disk/target/many) || [ $? = 1 ]
                ! grep -v '^Only in source/many' <<<$differences""");
        Trees.assertNothingStaged(target);

        resize("size=128m");
        Checkout.push(source, target, "--delete").run().exits(0);
        Trees.assertMirrors(source, target);
    }

    /** Work put off to the end is in files there: without them a run cannot end well, and says where it lacks room. */
    @Test
    void aFullTemporaryFolderEndsTheRunAndNamesIt() {
        Path temporary = mount("size=64k").getParent();
        Path source = work.path("source");
        Path target = work.path("target");
        work.make("mkdir -p source/{0..1999} target; echo content | tee source/{0..1999}/file >tee");

        Outcome outcome = Checkout.push(source, target)
                .with("ZSYNC_JAVA_OPTS", "-Djava.io.tmpdir=" + temporary)
                .run()
                .exits(11);

        assertEquals(
                "zsync: peer: temporary file: No space left on device (" + temporary + ")",
                outcome.errLines().getFirst());
        Trees.assertNothingStaged(target);
        Checkout.push(source, target).run().exits(0);
        Trees.assertMirrors(source, target);
    }

    private static long used(Path target) {
        String kibibytes = Command.script("du -ks \"$1\" | cut -f 1", target).output();
        return 1024 * Long.parseLong(kibibytes.strip());
    }
}
