package io.zsync.node.copy;

import io.zsync.protocol.DataPath;
import java.io.IOException;
import java.nio.file.Path;

/** Copies {@code source} to {@code target} by one data path; run by {@link CopyCallsTest}, which sees its system calls. */
final class CopyProgram {
    static final int LENGTH = (RangeCopier.KERNEL_PIECE_LENGTH << 1) + 3;

    private CopyProgram() {}

    /** @param arguments the path, and the folders of the source and the target */
    public static void main(String[] arguments) throws IOException {
        DataPath path = DataPath.valueOf(arguments[0]);
        byte[] content = FilePair.bytes(LENGTH);
        try (FilePair pair = FilePair.between(Path.of(arguments[1]), Path.of(arguments[2]), content);
                RangeCopier copier = new RangeCopier(new PathMemory(), path, new PathCounters(), Throttle.OPEN)) {
            if (path == DataPath.CLONE) {
                System.out.println(copier.clone(pair.source, pair.target, pair.devices, 0, LENGTH));
            } else {
                System.out.println(copier.copy(pair.source, pair.target, pair.devices, 0, LENGTH));
            }
        } catch (PathRefused refused) {
            System.out.println(refused.getMessage());
        }
    }
}
