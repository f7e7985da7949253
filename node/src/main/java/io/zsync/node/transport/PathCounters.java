package io.zsync.node.transport;

import io.zsync.node.api.DataPath;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** Payload bytes that left by each data path; one for all streams of a run. For any thread. */
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

    void add(DataPath path, long count) {
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
