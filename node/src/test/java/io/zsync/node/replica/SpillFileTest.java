package io.zsync.node.replica;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SpillFileTest {
    @Test
    void givesRecordsBackInOrderAsOftenAsAsked() throws IOException {
        try (SpillFile spill = new SpillFile()) {
            for (int i = 0; i < 20_000; i++) {
                int value = i;
                spill.append(out -> out.writeInt(value));
            }
            for (int round = 0; round < 2; round++) {
                List<Integer> read = new ArrayList<>();
                spill.replay(in -> read.add(in.readInt()));
                assertEquals(IntStream.range(0, 20_000).boxed().toList(), read);
            }
            spill.append(out -> out.writeInt(-1));
            List<Integer> read = new ArrayList<>();
            spill.replay(in -> read.add(in.readInt()));
            assertEquals(20_001, read.size());
            assertEquals(-1, read.getLast());
        }
    }

    @Test
    void noticesAReaderThatReadsTooLittle() throws IOException {
        try (SpillFile spill = new SpillFile()) {
            spill.append(out -> out.writeLong(1));
            assertThrows(IOException.class, () -> spill.replay(in -> in.readInt()));
        }
    }
}
