package io.zsync.node.copy;

import io.zsync.protocol.DataPath;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Which data paths a pair of devices has refused for good, and why, so that nobody asks again for each file. For any thread. */
public final class PathMemory {
    private record Road(Devices devices, DataPath path) {}

    private final Map<Road, String> refusals = new ConcurrentHashMap<>();

    /** The system's words, e.g. {@code Operation not supported}; empty where the path was not refused so far. */
    public Optional<String> refusal(Devices devices, DataPath path) {
        return Optional.ofNullable(refusals.get(new Road(devices, path)));
    }

    void refuse(Devices devices, DataPath path, String reason) {
        refusals.putIfAbsent(new Road(devices, path), reason);
    }
}
