package io.zsync.tests.system;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Random;

/**
 * A file that somebody has mapped, and stores into: as often as not this moves no time at all, so nobody who looks at those
 * can know. Its bytes say of which store they are.
 */
final class StoredFile {
    private final Path path;
    private final int number;
    private final int unit;
    private final int units;
    private final MappedByteBuffer map;
    private int version = 1;

    StoredFile(Path path, int number, int unit, int units) throws IOException {
        this.path = path;
        this.number = number;
        this.unit = unit;
        this.units = units;
        ByteBuffer bytes = ByteBuffer.allocate(unit * units);
        MutatedFile.fill(bytes, number, version, 0, unit * units);
        Files.write(path, bytes.array());
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            map = channel.map(FileChannel.MapMode.READ_WRITE, 0, (long) unit * units);
        }
    }

    Path path() {
        return path;
    }

    void store(Random random) {
        int index = random.nextInt(units);
        MutatedFile.fill(map.slice(index * unit, unit), number, ++version, (long) index * unit, unit);
    }

    /** Whether each unit of a copy is of one store; and all of it is of some. */
    boolean isWholeIn(Path copy) throws IOException {
        byte[] bytes = Files.readAllBytes(copy);
        ByteBuffer expected = ByteBuffer.allocate(unit);
        for (int i = 0; i < units; i++) {
            int found = ByteBuffer.wrap(bytes, i * unit + Integer.BYTES, Integer.BYTES)
                    .getInt();
            MutatedFile.fill(expected.clear(), number, found, (long) i * unit, unit);
            if (!expected.flip().equals(ByteBuffer.wrap(bytes, i * unit, unit))) {
                return false;
            }
        }
        return true;
    }
}
