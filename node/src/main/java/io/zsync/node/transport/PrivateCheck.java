package io.zsync.node.transport;

import io.zsync.protocol.FrameHeader;
import io.zsync.protocol.FrameHeaderCodec;
import io.zsync.protocol.ProtocolException;
import java.nio.ByteBuffer;

/**
 * Level {@code private}: TLS has checked every byte already. All that is left to say behind a payload is whether the sender
 * had it: one byte, 1 if so, 0 if its source came up short of what the header had promised.
 */
final class PrivateCheck implements FrameCheck {
    private static final byte SPOILT = 0;
    private static final byte WHOLE = 1;

    private static final PayloadCheck NOTHING = new PayloadCheck(0, WHOLE);

    @Override
    public int headerLength() {
        return FrameHeaderCodec.LENGTH;
    }

    @Override
    public int length() {
        return Byte.BYTES;
    }

    @Override
    public void appendHeader(FrameHeader header, ByteBuffer target) {
        FrameHeaderCodec.append(header, target);
    }

    @Override
    public FrameHeader readHeader(ByteBuffer source) {
        return FrameHeaderCodec.read(source);
    }

    @Override
    public boolean readsPayload() {
        return false;
    }

    @Override
    public void update(ByteBuffer payload) {
        payload.position(payload.limit());
    }

    @Override
    public void update(byte[] payload, int length) {}

    @Override
    public void appendTo(ByteBuffer target, boolean spoilt) {
        target.put(spoilt ? SPOILT : WHOLE);
    }

    @Override
    public PayloadCheck sent() {
        return NOTHING;
    }

    @Override
    public boolean matches(ByteBuffer source) {
        byte word = source.get();
        if (word != SPOILT && word != WHOLE) {
            throw ProtocolException.violation("payload check " + word + ", neither whole nor spoilt");
        }
        return word == WHOLE;
    }

    @Override
    public boolean wireMayDamage() {
        return false;
    }

    /** There is nothing to compare. */
    @Override
    public boolean isCheckOf(FrameHeader header, ByteBuffer payload, PayloadCheck before) {
        return false;
    }
}
