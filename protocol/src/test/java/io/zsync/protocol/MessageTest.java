package io.zsync.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.esotericsoftware.kryo.KryoException;
import com.esotericsoftware.kryo.io.Output;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class MessageTest {
    @Test
    void cutsADetailBetweenCharactersSoThatNoErrorReportFails() {
        for (String character : new String[] {"a", "ä", "€", "😀"}) {
            String detail = new Message.Failure(ErrorCode.INTERNAL, character.repeat(2_000)).detail();

            int length = detail.getBytes(UTF_8).length;
            assertTrue(length <= 1_024 && length > 1_024 - 4, character + ": " + length);
            assertTrue(detail.replace(character, "").isEmpty(), "whole characters only");
        }
    }

    @Test
    void encodesADetailOfHalfCharacters() {
        Message.Problem problem =
                new Message.Problem(RelativePath.ROOT, ProblemCode.TARGET_FAILED, "\ud800".repeat(2_000));
        Output output = new Output(64, -1);

        int length = MessageCodec.append(problem, output);

        Message read = MessageCodec.decode(output.getBuffer(), 4, length - 4);
        assertTrue(read instanceof Message.Problem again && again.detail().startsWith("??"));
    }

    @Test
    void collectsManyFramesInOneBuffer() {
        Output output = new Output(8, 1_024);
        for (int file = 0; file < 100; file++) {
            MessageCodec.append(new Message.FileDone(file, file % 2 == 0), output);
        }

        int position = 0;
        for (int file = 0; file < 100; file++) {
            int length = MessageCodec.frameLength(output.getBuffer(), position);
            Message read = MessageCodec.decode(output.getBuffer(), position + MessageCodec.PREFIX_LENGTH, length);
            assertEquals(new Message.FileDone(file, file % 2 == 0), read);
            position += MessageCodec.PREFIX_LENGTH + length;
        }
        assertEquals(output.position(), position);
    }

    @Test
    void noFrameIsLongerThanAnyMayBe() {
        for (int length : new int[] {0, Limits.CONTROL_FRAME_LENGTH + 1, Integer.MAX_VALUE, -1}) {
            byte[] prefix = ByteBuffer.allocate(Integer.BYTES).putInt(length).array();

            assertThrows(ProtocolException.class, () -> MessageCodec.frameLength(prefix, 0), () -> length + " bytes");
        }
    }

    @Test
    void leavesAFullBufferAsItWas() {
        Output output = new Output(32, 32);
        MessageCodec.append(new Message.Bye(), output);

        Message large = new Message.Failure(ErrorCode.INTERNAL, "d".repeat(100));
        assertThrows(KryoException.class, () -> MessageCodec.append(large, output));

        assertEquals(5, output.position());
        assertEquals(new Message.Bye(), MessageCodec.decode(output.getBuffer(), 4, 1));
    }

    @Test
    void aChangeHasATargetOnlyWhereItLeadsSomewhere() {
        byte[] target = {'t'};
        for (Message.Change.Kind kind : Message.Change.Kind.values()) {
            for (Message.Change.Action action : Message.Change.Action.values()) {
                boolean leads = kind == Message.Change.Kind.SYMLINK
                        || action == Message.Change.Action.LINK
                        || action == Message.Change.Action.RELINK;
                if (leads) {
                    assertArrayEquals(target, change(kind, action, target).target());
                } else {
                    assertThrows(IllegalArgumentException.class, () -> change(kind, action, target));
                }
                assertEquals(0, change(kind, action, new byte[0]).target().length);
            }
        }
    }

    private static Message.Change change(Message.Change.Kind kind, Message.Change.Action action, byte[] target) {
        return new Message.Change(RelativePath.ROOT, kind, action, 0, 0, target);
    }

    @Test
    void everyWireNumberIsUniqueAndFitsInAByte() {
        for (Numbered[] values : new Numbered[][] {
            Mode.values(),
            Durability.values(),
            Protection.values(),
            PathPolicy.values(),
            DataPath.values(),
            PathChoice.values(),
            LinkPolicy.values(),
            Deletion.Unit.values(),
            ErrorCode.values(),
            ProblemCode.values(),
            Entry.SpecialKind.values(),
            ManifestItem.Listing.values(),
            FrameHeader.Type.values(),
            Message.Change.Kind.values(),
            Message.Change.Action.values()
        }) {
            boolean[] used = new boolean[256];
            for (Numbered value : values) {
                assertTrue(value.number() >= 1 && value.number() <= 255, value.toString());
                assertFalse(used[value.number()], () -> value + " has the number of another");
                used[value.number()] = true;
            }
        }
    }
}
