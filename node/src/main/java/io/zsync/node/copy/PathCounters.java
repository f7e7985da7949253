package io.zsync.node.copy;

import io.zsync.protocol.DataPath;
import io.zsync.protocol.Message;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** Payload bytes that moved by each data path; one for all streams or copying threads of a run. For any thread. */
public final class PathCounters {
    private final Map<DataPath, LongAdder> bytes = new EnumMap<>(DataPath.class);

    public PathCounters() {
        for (DataPath path : DataPath.values()) {
            bytes.put(path, new LongAdder());
        }
    }

    public long bytes(DataPath path) {
        return adder(path).sum();
    }

    /** Of all paths together. */
    public long total() {
        return bytes.values().stream().mapToLong(LongAdder::sum).sum();
    }

    /** What a sender tells the peer that it sends to. */
    public Message.PathTotals totals() {
        return new Message.PathTotals(bytes(DataPath.SENDFILE), bytes(DataPath.MAPPED), bytes(DataPath.BUFFERED));
    }

    public void add(DataPath path, long count) {
        adder(path).add(count);
    }

    private LongAdder adder(DataPath path) {
        LongAdder adder = bytes.get(path);
        if (adder == null) {
            throw new IllegalArgumentException("data path " + path);
        }
        return adder;
    }
}
