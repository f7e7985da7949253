package io.zsync.node.transport;

import io.zsync.protocol.FrameHeader;
import io.zsync.protocol.FrameTags;
import io.zsync.protocol.Limits;
import io.zsync.protocol.TagKey;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Level {@code safe}: AES-256-GCM tags over the header, and over header and payload. A spoilt chunk is followed by zeros and
 * not by its tag, or anything that its tag could be told from: whoever is on the way could put it right.
 */
final class SafeCheck implements FrameCheck {
    private static final PayloadCheck SPOILT = new PayloadCheck(0, 0);

    private final TagKey key;
    private final FrameTags tags;
    private PayloadCheck sent = SPOILT;

    /** @param key of which this takes the one set of tags */
    SafeCheck(TagKey key) {
        this.key = key;
        this.tags = key.tags();
    }

    @Override
    public int headerLength() {
        return FrameTags.HEADER_LENGTH;
    }

    @Override
    public int length() {
        return FrameTags.LENGTH;
    }

    @Override
    public void appendHeader(FrameHeader header, ByteBuffer target) throws IOException {
        if (!tags.hasNext()) {
            throw new IOException("a data stream at level safe carries no more than " + Limits.SAFE_FRAMES
                    + " frames: the next session has new keys");
        }
        tags.appendHeader(header, target);
    }

    @Override
    public FrameHeader readHeader(ByteBuffer source) {
        return tags.readHeader(source);
    }

    @Override
    public boolean readsPayload() {
        return true;
    }

    @Override
    public void update(ByteBuffer payload) {
        tags.update(payload);
    }

    @Override
    public void update(byte[] payload, int length) {
        tags.update(payload, length);
    }

    @Override
    public void appendTo(ByteBuffer target, boolean spoilt) {
        sent = spoilt ? SPOILT : PayloadCheck.of(tags.tag());
        target.put(sent.bytes());
    }

    @Override
    public PayloadCheck sent() {
        return sent;
    }

    @Override
    public boolean matches(ByteBuffer source) {
        return tags.matches(source);
    }

    @Override
    public boolean wireMayDamage() {
        return true;
    }

    /** Verified as the receiver does it: the tag that the source would have now stays within the key. */
    @Override
    public boolean isCheckOf(FrameHeader header, ByteBuffer payload, PayloadCheck before) {
        return key.isTagOf(header, payload, before.bytes());
    }
}
