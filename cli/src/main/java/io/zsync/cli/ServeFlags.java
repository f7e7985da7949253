package io.zsync.cli;

import com.beust.jcommander.Parameter;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What may be typed behind {@code serve}, not yet judged. */
final class ServeFlags extends CommonFlags {
    @Parameter(names = "--share")
    List<Argument> shares = new ArrayList<>();

    @Parameter(names = "--listen")
    @Nullable
    Argument listen;

    @Parameter(names = "--min-protect")
    @Nullable
    Argument minProtect;

    @Parameter(names = "--max-sessions")
    @Nullable
    Argument maxSessions;

    @Parameter(names = "-q")
    boolean quiet;
}
