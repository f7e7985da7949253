package io.zsync.protocol;

/**
 * How content moves.
 *
 * @param dataPath how the sender reads and sends
 * @param streams data streams, 1 to {@link Limits#STREAMS}
 * @param compress LZ4 on the payload of files whose sample shrinks
 * @param bytesPerSecond payload bytes that the sender sends a second, all streams together; 0 for as many as it can
 */
public record Transfer(PathPolicy dataPath, int streams, boolean compress, long bytesPerSecond) {
    public Transfer {
        checkStreams(streams);
        if (bytesPerSecond < 0) {
            throw new IllegalArgumentException("rate of " + bytesPerSecond + " bytes a second");
        }
        if (compress && dataPath != PathPolicy.AUTO && dataPath != PathPolicy.BUFFERED) {
            throw new IllegalArgumentException("data path " + dataPath + " cannot compress");
        }
    }

    static void checkStreams(int streams) {
        if (streams < 1 || streams > Limits.STREAMS) {
            throw new IllegalArgumentException("streams " + streams + " not in 1.." + Limits.STREAMS);
        }
    }
}
