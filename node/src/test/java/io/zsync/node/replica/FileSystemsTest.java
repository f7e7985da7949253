package io.zsync.node.replica;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zsync.node.fs.Directory;
import io.zsync.node.fs.Directory.FileSystemSync;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.util.Set;
import org.junit.jupiter.api.Test;

class FileSystemsTest {
    private static final long DEVICE = 7;
    private static final Set<Long> DEVICES = Set.of(DEVICE);

    /** Tells errors as the kernel does: each handle once what went wrong since it was opened. */
    private static final class Disk {
        int errors;
        int handles;

        Directory directory() {
            return (Directory) Proxy.newProxyInstance(
                    Disk.class.getClassLoader(), new Class<?>[] {Directory.class}, (proxy, method, arguments) -> {
                        if (!method.getName().equals("fileSystem")) {
                            throw new UnsupportedOperationException(method.getName());
                        }
                        return new Handle(this);
                    });
        }
    }

    private static final class Handle implements FileSystemSync {
        private final Disk disk;
        private int told;

        Handle(Disk disk) {
            this.disk = disk;
            this.told = disk.errors;
            disk.handles++;
        }

        @Override
        public long device() {
            return DEVICE;
        }

        @Override
        public boolean trusted() {
            return true;
        }

        @Override
        public Directory.Room room() {
            throw new UnsupportedOperationException();
        }

        @Override
        public void sync() throws IOException {
            if (told < disk.errors) {
                told = disk.errors;
                throw new IOException("input/output error");
            }
        }

        @Override
        public void close() {
            disk.handles--;
        }
    }

    private final Disk disk = new Disk();
    private int doubts;
    private final FileSystems fileSystems = new FileSystems(() -> doubts++);

    /** What it is told may be of what waits for the next sync, which would be told nothing. */
    @Test
    void afterAnErrorNoSyncVouchesForAnythingAgain() throws Exception {
        fileSystems.enter(disk.directory(), DEVICE);
        fileSystems.sync(DEVICES);
        assertTrue(fileSystems.allTrusted());
        disk.errors++;
        assertThrows(IOException.class, () -> fileSystems.sync(DEVICES));

        assertThrows(IOException.class, () -> fileSystems.sync(DEVICES));
        assertFalse(fileSystems.trusted(DEVICE));
        assertFalse(fileSystems.allTrusted());
    }

    /** What depends on that was forced by itself, or tried again. */
    @Test
    void aSyncOfTheRestFailsOnlyForWhatIsNew() throws Exception {
        fileSystems.enter(disk.directory(), DEVICE);
        disk.errors++;
        assertThrows(IOException.class, () -> fileSystems.sync(DEVICES));

        fileSystems.syncAll();

        disk.errors++;
        assertThrows(IOException.class, fileSystems::syncAll);
    }

    @Test
    void whatIsOnlyWrittenIsDoubtedAtEachError() throws Exception {
        fileSystems.enter(disk.directory(), DEVICE);
        fileSystems.sync(DEVICES);
        assertEquals(0, doubts);
        disk.errors++;
        assertThrows(IOException.class, () -> fileSystems.sync(DEVICES));
        assertThrows(IOException.class, () -> fileSystems.sync(DEVICES), "as told before");
        assertEquals(1, doubts);
        disk.errors++;
        assertThrows(IOException.class, fileSystems::syncAll);
        assertEquals(2, doubts);
    }

    @Test
    void opensItsHandleOnceAndClosesIt() throws Exception {
        fileSystems.enter(disk.directory(), DEVICE);
        fileSystems.enter(disk.directory(), DEVICE);
        assertEquals(1, disk.handles);

        fileSystems.close();

        assertEquals(0, disk.handles);
    }
}
