package io.zsync.node.bench;

import io.zsync.node.api.BenchReport.Table;
import io.zsync.protocol.DataPath;
import java.util.ArrayList;
import java.util.List;

/** The ways that each table compares. */
final class Lanes {
    private static final List<DataPath> INTO_A_SOCKET = List.of(DataPath.SENDFILE, DataPath.MAPPED, DataPath.BUFFERED);

    private Lanes() {}

    static List<Lane> of(Table table, MeasuredFiles files) {
        List<Lane> lanes = new ArrayList<>();
        switch (table) {
            case SOCKET -> {
                for (boolean checked : new boolean[] {true, false}) {
                    for (DataPath path : INTO_A_SOCKET) {
                        lanes.add(new SocketLane(files.source(), path, checked));
                    }
                }
            }
            case FILE -> {
                for (DataPath path : DataPath.values()) {
                    lanes.add(new FileLane(files.source(), files.target(), path));
                }
            }
        }
        return lanes;
    }
}
