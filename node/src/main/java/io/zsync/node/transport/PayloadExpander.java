package io.zsync.node.transport;

import io.zsync.protocol.FrameHeader;
import io.zsync.protocol.Limits;
import io.zsync.protocol.LzBlock;
import io.zsync.protocol.ProtocolException;
import java.nio.ByteBuffer;

/** Expands one stream's compressed payloads, after their checks matched, into memory of a fixed size. For one thread. */
final class PayloadExpander {
    private final byte[] block = new byte[Limits.PACK_LENGTH];
    private final byte[] plain = new byte[Limits.PACK_LENGTH];
    private final ByteBuffer expanded = ByteBuffer.allocateDirect(Limits.PACK_LENGTH);

    /**
     * @param payload consumed
     * @param header of that payload; its plain length is bounded by {@link Limits#PACK_LENGTH}
     * @return direct; valid until the next call
     * @throws ProtocolException if the payload does not expand to exactly the header's plain length
     */
    ByteBuffer expand(ByteBuffer payload, FrameHeader header) {
        int blockLength = payload.remaining();
        int plainLength = Math.toIntExact(header.plainLength());
        payload.get(block, 0, blockLength);
        LzBlock.expand(block, blockLength, plain, plainLength, "payload of frame " + header.sequence());
        expanded.clear().put(plain, 0, plainLength);
        return expanded.flip();
    }
}
