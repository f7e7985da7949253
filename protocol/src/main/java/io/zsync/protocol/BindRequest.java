package io.zsync.protocol;

import java.util.Arrays;
import java.util.Objects;

/**
 * What opens a data stream, before its MAC: the level and session it belongs to, its number, a fresh nonce.
 *
 * @param stream 0 to 15, used once in a session
 * @param nonce 16 random bytes
 */
public record BindRequest(Protection protection, SessionId session, int stream, byte[] nonce) {
    public static final int NONCE_LENGTH = 16;
    public static final int MAC_LENGTH = 32;

    public BindRequest {
        if (stream < 0 || stream >= Limits.STREAMS) {
            throw new IllegalArgumentException("stream " + stream + " not in 0.." + (Limits.STREAMS - 1));
        }
        if (nonce.length != NONCE_LENGTH) {
            throw new IllegalArgumentException("nonce of " + nonce.length + " bytes");
        }
        nonce = nonce.clone();
    }

    @Override
    public byte[] nonce() {
        return nonce.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof BindRequest bind
                && protection == bind.protection
                && session.equals(bind.session)
                && stream == bind.stream
                && Arrays.equals(nonce, bind.nonce);
    }

    @Override
    public int hashCode() {
        return Objects.hash(protection, session, stream, Arrays.hashCode(nonce));
    }
}
