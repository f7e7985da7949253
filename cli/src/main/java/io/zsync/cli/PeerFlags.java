package io.zsync.cli;

import com.beust.jcommander.Parameter;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What may be typed behind {@code peers add}, not yet judged. */
final class PeerFlags extends CommonFlags {
    @Parameter(names = "--protect")
    @Nullable
    Argument protect;

    @Parameter(names = "--grant")
    List<Argument> grants = new ArrayList<>();
}
