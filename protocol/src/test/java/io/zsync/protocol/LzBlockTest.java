package io.zsync.protocol;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LzBlockTest {
    private final byte[] plain = "zsync ".repeat(1_000).getBytes(US_ASCII);
    private final byte[] block = new byte[plain.length];

    @Test
    void expandsToWhatWasCompressed() {
        int length = LzBlock.compress(plain, plain.length, block, block.length);

        byte[] expanded = new byte[plain.length + 10];
        LzBlock.expand(block, length, expanded, plain.length, "block");
        assertTrue(length > 0 && length < plain.length / 10);
        assertArrayEquals(plain, Arrays.copyOf(expanded, plain.length));
        assertArrayEquals(new byte[10], Arrays.copyOfRange(expanded, plain.length, expanded.length));
    }

    @Test
    void saysThatItHasNoRoom() {
        byte[] random = new byte[plain.length];
        new Random(1).nextBytes(random);

        assertEquals(0, LzBlock.compress(random, random.length, block, random.length - 1));
    }

    @Test
    void expandsToExactlyTheLengthOrNotAtAll() {
        int length = LzBlock.compress(plain, plain.length, block, block.length);

        byte[] expanded = new byte[plain.length + 1];
        for (int wrong : new int[] {0, 1, plain.length - 1, plain.length + 1}) {
            assertThrows(ProtocolException.class, () -> LzBlock.expand(block, length, expanded, wrong, "block"));
        }
        assertThrows(ProtocolException.class, () -> LzBlock.expand(block, length - 1, expanded, plain.length, "block"));
        assertThrows(ProtocolException.class, () -> LzBlock.expand(block, length + 1, expanded, plain.length, "block"));
    }
}
