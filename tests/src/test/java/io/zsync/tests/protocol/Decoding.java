package io.zsync.tests.protocol;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.esotericsoftware.kryo.io.Output;
import io.zsync.node.fuzz.FuzzTarget;
import io.zsync.protocol.BindCodec;
import io.zsync.protocol.BindRequest;
import io.zsync.protocol.Digest;
import io.zsync.protocol.ErrorCode;
import io.zsync.protocol.FrameHeader;
import io.zsync.protocol.FrameHeaderCodec;
import io.zsync.protocol.FrameTags;
import io.zsync.protocol.JoinCodec;
import io.zsync.protocol.JoinRequest;
import io.zsync.protocol.Limits;
import io.zsync.protocol.LzBlock;
import io.zsync.protocol.ManifestDecoder;
import io.zsync.protocol.ManifestEncoder;
import io.zsync.protocol.ManifestItem;
import io.zsync.protocol.Message;
import io.zsync.protocol.MessageCodec;
import io.zsync.protocol.PackCodec;
import io.zsync.protocol.PeerId;
import io.zsync.protocol.ProtocolException;
import io.zsync.protocol.TagKey;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.zip.CRC32C;
import net.jpountz.lz4.LZ4Factory;

/**
 * Every way in which bytes of a peer become values, each held to one law: it ends in a ProtocolException, or in a value
 * that encodes to those very bytes again.
 */
enum Decoding {
    /** A whole control frame. */
    CONTROL {
        @Override
        void decode(byte[] bytes) {
            assertArrayEquals(bytes, frame(message(bytes)), "an accepted frame has no other encoding");
        }

        @Override
        byte[] mend(byte[] bytes) {
            return withLength(bytes);
        }
    },
    /** A whole control frame with a manifest part, read as a manifest's first. */
    PART {
        @Override
        void decode(byte[] bytes) {
            if (message(bytes) instanceof Message.ManifestPart part) {
                items(part);
            }
        }

        @Override
        byte[] mend(byte[] bytes) {
            return withLength(bytes);
        }
    },
    /** The plain bytes of a manifest's first part. */
    MANIFEST {
        @Override
        void decode(byte[] bytes) {
            List<ManifestItem> items = items(part(bytes));
            assertArrayEquals(bytes, plain(items), "accepted items have no other encoding");
        }
    },
    /** The header of a data stream frame with its check. */
    DATA {
        @Override
        void decode(byte[] bytes) {
            FrameHeader header = FrameHeaderCodec.readClear(ByteBuffer.wrap(bytes));
            ByteBuffer again = ByteBuffer.allocate(FrameHeaderCodec.CLEAR_LENGTH);
            FrameHeaderCodec.appendClear(header, again);
            assertArrayEquals(Arrays.copyOf(bytes, again.capacity()), again.array(), "a header has no other encoding");
        }
    },
    /** The header of a first frame at level safe with its tag. */
    SAFE {
        @Override
        void decode(byte[] bytes) {
            FrameHeader header = firstTags().readHeader(ByteBuffer.wrap(bytes));
            ByteBuffer again = ByteBuffer.allocate(FrameTags.HEADER_LENGTH);
            firstTags().appendHeader(header, again);
            assertArrayEquals(Arrays.copyOf(bytes, again.capacity()), again.array(), "a header has no other encoding");
        }
    },
    /** A whole chunk at level clear, with both checks. */
    CHUNK {
        @Override
        void decode(byte[] bytes) {
            ByteBuffer frame = ByteBuffer.wrap(bytes);
            requireChunk(FrameHeaderCodec.readClear(frame), frame, FrameHeaderCodec.CLEAR_CHECK_LENGTH);
            if (!payloadMatches(bytes)) {
                throw new ProtocolException(ErrorCode.INTEGRITY, "damaged");
            }
            assertArrayEquals(bytes, mend(bytes), "nothing but what was sent is taken");
        }

        @Override
        byte[] mend(byte[] bytes) {
            int end = bytes.length - FrameHeaderCodec.CLEAR_CHECK_LENGTH;
            if (end < FrameHeaderCodec.CLEAR_LENGTH) {
                return bytes;
            }
            ByteBuffer frame = ByteBuffer.wrap(bytes.clone());
            CRC32C check = new CRC32C();
            FrameHeaderCodec.beginPayloadCheck(check, frame);
            FrameHeaderCodec.appendCheck(check, frame.slice(FrameHeaderCodec.LENGTH, Integer.BYTES));
            check.update(frame.slice(FrameHeaderCodec.CLEAR_LENGTH, end - FrameHeaderCodec.CLEAR_LENGTH));
            FrameHeaderCodec.appendCheck(check, frame.slice(end, Integer.BYTES));
            return frame.array();
        }
    },
    /** The first chunk of a stream at level safe, with both tags. */
    SAFE_CHUNK {
        @Override
        void decode(byte[] bytes) {
            ByteBuffer frame = ByteBuffer.wrap(bytes);
            FrameTags tags = firstTags();
            FrameHeader header = tags.readHeader(frame);
            requireChunk(header, frame, FrameTags.LENGTH);
            tags.update(frame.slice(frame.position(), header.wireLength()));
            if (!tags.matches(frame.position(frame.position() + header.wireLength()))) {
                throw new ProtocolException(ErrorCode.INTEGRITY, "damaged");
            }
            assertArrayEquals(bytes, mend(bytes), "nothing but what was sent is taken");
        }

        @Override
        byte[] mend(byte[] bytes) {
            int payload = bytes.length - FrameTags.HEADER_LENGTH - FrameTags.LENGTH;
            try {
                FrameHeader header = FrameHeaderCodec.read(ByteBuffer.wrap(bytes));
                if (payload < 0 || header.sequence() != 0) {
                    return bytes;
                }
                ByteBuffer frame = ByteBuffer.allocate(bytes.length);
                FrameTags tags = firstTags();
                tags.appendHeader(header, frame);
                tags.update(ByteBuffer.wrap(bytes, FrameTags.HEADER_LENGTH, payload));
                frame.put(bytes, FrameTags.HEADER_LENGTH, payload).put(tags.tag());
                return frame.array();
            } catch (ProtocolException noHeader) {
                return bytes;
            }
        }
    },
    /** The 40 bytes of a header that nothing protects any more. */
    HEADER {
        @Override
        void decode(byte[] bytes) {
            FrameHeader header = FrameHeaderCodec.read(ByteBuffer.wrap(bytes));
            ByteBuffer again = ByteBuffer.allocate(FrameHeaderCodec.LENGTH);
            FrameHeaderCodec.append(header, again);
            assertArrayEquals(Arrays.copyOf(bytes, again.capacity()), again.array(), "a header has no other encoding");
        }
    },
    /** A clear frame with a pack, whose header and sums are made to match, so that the records are reached. */
    PACK {
        @Override
        void decode(byte[] bytes) {
            if (bytes.length < FrameHeaderCodec.CLEAR_LENGTH + FrameHeaderCodec.CLEAR_CHECK_LENGTH) {
                throw ProtocolException.malformed("no whole frame");
            }
            FrameHeader header = FrameHeaderCodec.read(ByteBuffer.wrap(bytes));
            ByteBuffer payload = ByteBuffer.wrap(
                            bytes,
                            FrameHeaderCodec.CLEAR_LENGTH,
                            bytes.length - FrameHeaderCodec.CLEAR_LENGTH - FrameHeaderCodec.CLEAR_CHECK_LENGTH)
                    .slice();
            if (header.isCompressed()) {
                payload = ByteBuffer.wrap(expanded(payload, (int) header.plainLength()));
            }
            ByteBuffer again = ByteBuffer.allocate(payload.remaining());
            PackCodec.read(payload, header.file(), (record, content) -> {
                PackCodec.append(record, again);
                again.put(content);
            });
            assertTrue(payload.position() == 0 && !again.hasRemaining(), "all of the pack was handed out");
            assertTrue(payload.equals(again.flip()), "records have no other encoding");
        }
    },
    /** A bind request. */
    BIND {
        @Override
        void decode(byte[] bytes) {
            BindRequest bind = BindCodec.readRequest(bytes);
            int maced = BindCodec.REQUEST_LENGTH - BindRequest.MAC_LENGTH;
            byte[] again = BindCodec.request(bind, new byte[32]);
            assertArrayEquals(Arrays.copyOf(bytes, maced), Arrays.copyOf(again, maced), "no other encoding");
            assertFalse(
                    BindCodec.requestMatches(bytes, "another key".getBytes(US_ASCII)), "another key matches nothing");
        }
    },
    /** What a stranger asks. */
    JOIN {
        @Override
        void decode(byte[] bytes) {
            JoinRequest join = JoinCodec.readRequest(bytes);
            int maced = JoinCodec.REQUEST_LENGTH - 32;
            byte[] again = JoinCodec.request(join, new byte[32], NOBODY);
            assertArrayEquals(Arrays.copyOf(bytes, maced), Arrays.copyOf(again, maced), "no other encoding");
            assertFalse(JoinCodec.requestMatches(bytes, new byte[32], NOBODY), "another key matches nothing");
        }
    },
    /** What it hears. */
    JOIN_REPLY {
        @Override
        void decode(byte[] bytes) {
            assertArrayEquals(bytes, JoinCodec.reply(JoinCodec.readReply(bytes)), "a reply has no other encoding");
        }
    };

    private static final JoinCodec.Binding NOBODY = new JoinCodec.Binding(
            new byte[JoinCodec.EXPORT_LENGTH],
            new PeerId(Digest.of(new byte[Digest.LENGTH])),
            new PeerId(Digest.of(new byte[Digest.LENGTH])));

    /** @throws ProtocolException if the bytes are not what they should be; anything else is a fault of ours */
    abstract void decode(byte[] bytes);

    /** Puts lengths and checks right, where mutations would end at them. */
    byte[] mend(byte[] bytes) {
        return bytes;
    }

    FuzzTarget fuzzedFrom(String... sources) {
        List<byte[]> seeds = Arrays.stream(sources)
                .map(source -> source.split(":", 2))
                .flatMap(parts -> Vector.all(parts[0], parts.length > 1 ? parts[1] : "").stream())
                .map(Vector::bytes)
                .toList();
        return new FuzzTarget(name().toLowerCase(Locale.ROOT).replace('_', '-'), seeds, this::mend, this::accepts);
    }

    private boolean accepts(byte[] bytes) {
        try {
            decode(bytes);
            return true;
        } catch (ProtocolException refused) {
            return false;
        }
    }

    private static byte[] withLength(byte[] frame) {
        byte[] mended = frame.clone();
        if (frame.length >= MessageCodec.PREFIX_LENGTH) {
            ByteBuffer.wrap(mended).putInt(frame.length - MessageCodec.PREFIX_LENGTH);
        }
        return mended;
    }

    /** Those of a stream whose key is that of the vectors. */
    private static FrameTags firstTags() {
        byte[] key = new byte[TagKey.LENGTH];
        for (int i = 0; i < key.length; i++) {
            key[i] = (byte) (64 + i);
        }
        return new TagKey(key, 1).tags();
    }

    private static void requireChunk(FrameHeader header, ByteBuffer frame, int checkLength) {
        if (header.type() != FrameHeader.Type.CHUNK || frame.remaining() != header.wireLength() + checkLength) {
            throw ProtocolException.malformed("no whole chunk");
        }
    }

    /** An LZ4 payload, as a receiver expands it. */
    static byte[] expanded(ByteBuffer payload, int plainLength) {
        byte[] block = new byte[payload.remaining()];
        payload.duplicate().get(block);
        byte[] plain = new byte[plainLength];
        LzBlock.expand(block, block.length, plain, plainLength, "payload");
        return plain;
    }

    static Message message(byte[] frame) {
        if (frame.length < MessageCodec.PREFIX_LENGTH) {
            throw ProtocolException.malformed("no whole frame");
        }
        int length = MessageCodec.frameLength(frame, 0);
        // What a connection does: it waits for a whole frame, and what follows belongs to the next.
        if (frame.length != MessageCodec.PREFIX_LENGTH + length) {
            throw ProtocolException.malformed("no whole frame");
        }
        return MessageCodec.decode(frame, MessageCodec.PREFIX_LENGTH, length);
    }

    static byte[] frame(Message message) {
        Output output = new Output(64, Limits.CONTROL_FRAME_LENGTH + MessageCodec.PREFIX_LENGTH);
        assertTrue(MessageCodec.append(message, output) == output.position(), "append tells how much it appended");
        return output.toBytes();
    }

    static Message.ManifestPart part(byte[] plain) {
        if (plain.length < 1 || plain.length > Limits.MANIFEST_PART_LENGTH) {
            throw ProtocolException.malformed("no part");
        }
        return new Message.ManifestPart(plain.length, literals(plain));
    }

    /** An LZ4 block without a match. */
    private static byte[] literals(byte[] plain) {
        ByteBuffer block = ByteBuffer.allocate(plain.length + plain.length / 255 + 16);
        block.put((byte) (Math.min(plain.length, 15) << 4));
        int rest = plain.length - 15;
        for (; rest >= 255; rest -= 255) {
            block.put((byte) 255);
        }
        if (rest >= 0) {
            block.put((byte) rest);
        }
        block.put(plain);
        return Arrays.copyOf(block.array(), block.position());
    }

    static List<ManifestItem> items(Message.ManifestPart part) {
        ManifestDecoder decoder = new ManifestDecoder();
        decoder.accept(part);
        List<ManifestItem> items = new ArrayList<>();
        for (ManifestItem item = decoder.next(); item != null; item = decoder.next()) {
            items.add(item);
        }
        return items;
    }

    static byte[] plain(List<ManifestItem> items) {
        ManifestEncoder encoder = new ManifestEncoder();
        for (ManifestItem item : items) {
            assertTrue(encoder.add(item) == null, "all items fit in one part");
        }
        Message.ManifestPart part = encoder.flush();
        assertTrue(part != null, "a part");
        byte[] plain = new byte[part.plainLength()];
        LZ4Factory.safeInstance()
                .safeDecompressor()
                .decompress(part.block(), 0, part.block().length, plain, 0, plain.length);
        return plain;
    }

    /** True if a clear frame's payload check covers its header and payload. */
    static boolean payloadMatches(byte[] frame) {
        int end = frame.length - FrameHeaderCodec.CLEAR_CHECK_LENGTH;
        CRC32C check = new CRC32C();
        FrameHeaderCodec.beginPayloadCheck(check, ByteBuffer.wrap(frame));
        check.update(frame, FrameHeaderCodec.CLEAR_LENGTH, end - FrameHeaderCodec.CLEAR_LENGTH);
        return FrameHeaderCodec.matches(check, ByteBuffer.wrap(frame, end, FrameHeaderCodec.CLEAR_CHECK_LENGTH));
    }
}
