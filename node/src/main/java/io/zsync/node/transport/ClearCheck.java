package io.zsync.node.transport;

import io.zsync.protocol.FrameHeader;
import io.zsync.protocol.FrameHeaderCodec;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** Level {@code clear}: CRC32C over the header, and over header and payload. */
final class ClearCheck implements FrameCheck {
    private final CRC32C sum = new CRC32C();
    private PayloadCheck sent = new PayloadCheck(0, 0);

    @Override
    public int headerLength() {
        return FrameHeaderCodec.CLEAR_LENGTH;
    }

    @Override
    public int length() {
        return FrameHeaderCodec.CLEAR_CHECK_LENGTH;
    }

    @Override
    public void appendHeader(FrameHeader header, ByteBuffer target) {
        int start = target.position();
        FrameHeaderCodec.appendClear(header, target);
        FrameHeaderCodec.beginPayloadCheck(sum, target.slice(start, FrameHeaderCodec.LENGTH));
    }

    @Override
    public FrameHeader readHeader(ByteBuffer source) {
        ByteBuffer bytes = source.slice(source.position(), FrameHeaderCodec.LENGTH);
        FrameHeader header = FrameHeaderCodec.readClear(source);
        FrameHeaderCodec.beginPayloadCheck(sum, bytes);
        return header;
    }

    @Override
    public boolean readsPayload() {
        return true;
    }

    @Override
    public void update(ByteBuffer payload) {
        sum.update(payload);
    }

    @Override
    public void update(byte[] payload, int length) {
        sum.update(payload, 0, length);
    }

    @Override
    public void appendTo(ByteBuffer target, boolean spoilt) {
        int value = (int) (spoilt ? ~sum.getValue() : sum.getValue());
        sent = new PayloadCheck(0, value);
        target.putInt(value);
    }

    @Override
    public PayloadCheck sent() {
        return sent;
    }

    @Override
    public boolean matches(ByteBuffer source) {
        return FrameHeaderCodec.matches(sum, source);
    }

    @Override
    public boolean wireMayDamage() {
        return true;
    }

    @Override
    public boolean isCheckOf(FrameHeader header, ByteBuffer payload, PayloadCheck before) {
        ByteBuffer bytes = ByteBuffer.allocate(FrameHeaderCodec.LENGTH);
        FrameHeaderCodec.append(header, bytes);
        CRC32C again = new CRC32C();
        FrameHeaderCodec.beginPayloadCheck(again, bytes.flip());
        again.update(payload.duplicate());
        return before.equals(new PayloadCheck(0, (int) again.getValue()));
    }
}
