package io.zsync.node.transport;

import io.zsync.protocol.FrameHeader;
import io.zsync.protocol.FrameHeaderCodec;
import java.nio.ByteBuffer;

/** What frames are without their checks: a header and a payload. No level has it; see {@link UncheckedStream}. */
final class NoCheck implements FrameCheck {
    private static final PayloadCheck NOTHING = new PayloadCheck(0, 0);

    @Override
    public int headerLength() {
        return FrameHeaderCodec.LENGTH;
    }

    @Override
    public int length() {
        return 0;
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
    public PayloadCheck sent() {
        return NOTHING;
    }

    @Override
    public void appendTo(ByteBuffer target, boolean spoilt) {}

    @Override
    public boolean matches(ByteBuffer source) {
        return true;
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
