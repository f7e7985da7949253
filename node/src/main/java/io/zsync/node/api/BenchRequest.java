package io.zsync.node.api;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * Measure the data paths of this machine.
 *
 * @param directory where the files that are moved stand, without a name, while it lasts
 * @param sizes of these files in bytes, ascending, each at least 1
 * @param rounds of each comparison
 * @param budget once it is used up, what is left gets fewer rounds; nothing is cut short
 */
public record BenchRequest(Path directory, List<Long> sizes, int rounds, Duration budget) {
    public BenchRequest {
        sizes = List.copyOf(sizes);
        for (int i = 0; i < sizes.size(); i++) {
            if (sizes.get(i) <= (i == 0 ? 0 : sizes.get(i - 1))) {
                throw new IllegalArgumentException("sizes " + sizes);
            }
        }
        if (sizes.isEmpty() || rounds < 1) {
            throw new IllegalArgumentException(sizes.size() + " sizes, " + rounds + " rounds");
        }
    }
}
