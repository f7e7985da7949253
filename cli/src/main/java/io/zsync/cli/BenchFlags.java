package io.zsync.cli;

import com.beust.jcommander.Parameter;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What may be typed behind {@code bench}, not yet judged. */
final class BenchFlags extends CommonFlags {
    @Parameter(names = "--size")
    List<Argument> sizes = new ArrayList<>();

    @Parameter(names = "--dir")
    @Nullable
    Argument directory;

    @Parameter(names = "--report")
    @Nullable
    Argument report;

    @Parameter(names = "--json")
    boolean json;
}
