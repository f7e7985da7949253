package io.zsync.node.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is charged is what the thread did, to the call. */
class ChargeTest {
    private static final int CALLS = 37;

    @TempDir
    Path directory;

    private interface Work {
        void run() throws Exception;
    }

    private static Charge of(Work work) throws Exception {
        Charge beginning = Charge.beginning();
        work.run();
        return Charge.end().since(beginning);
    }

    /** Classes that are loaded read files, too. */
    @BeforeEach
    void load() throws Exception {
        of(() -> {});
    }

    @Test
    void lookingCostsNothing() throws Exception {
        Charge nothing = of(() -> {});

        assertEquals(0, nothing.reads());
        assertEquals(0, nothing.writes());
        assertTrue(nothing.cpuNanos() < 1_000_000, nothing::toString);
    }

    @Test
    void readsAndWritesAreCounted() throws Exception {
        Path file = directory.resolve("f");
        try (FileOutputStream out = new FileOutputStream(file.toFile());
                FileInputStream in = new FileInputStream(file.toFile())) {
            Charge charge = of(() -> {
                for (int i = 0; i < CALLS; i++) {
                    out.write(1);
                }
                for (int i = 0; i < 2 * CALLS; i++) {
                    in.read();
                }
            });

            assertEquals(CALLS, charge.writes());
            assertEquals(2 * CALLS, charge.reads());
        }
    }

    /** Why a call that does both is taken off once. */
    @Test
    void aTransferInTheKernelCountsAsBoth() throws Exception {
        Path file = Files.write(directory.resolve("f"), new byte[1 << 20]);
        try (FileChannel source = FileChannel.open(file);
                FileChannel target =
                        FileChannel.open(directory.resolve("g"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            Charge charge = of(() -> source.transferTo(0, 1 << 20, target));

            assertEquals(1, charge.writes());
            assertEquals(1, charge.reads());
        }
    }

    @Test
    void waitingIsCountedAndIsNoCpu() throws Exception {
        Charge charge = of(() -> {
            for (int i = 0; i < 5; i++) {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
            }
        });

        assertTrue(charge.waits() >= 5, charge::toString);
        assertTrue(charge.nanos() >= 50_000_000, charge::toString);
        assertTrue(charge.cpuNanos() < charge.nanos() / 2, charge::toString);
    }

    @Test
    void workIsCpu() throws Exception {
        long until = System.nanoTime() + 20_000_000;

        Charge charge = of(() -> {
            while (System.nanoTime() < until) {
                Thread.onSpinWait();
            }
        });

        assertTrue(charge.cpuNanos() > 1_000_000, charge::toString);
    }
}
