package io.zsync.cli;

import com.beust.jcommander.Parameter;
import org.jspecify.annotations.Nullable;

/** What may be typed behind {@code invite}, not yet judged. */
final class InviteFlags extends CommonFlags {
    @Parameter(names = "--share")
    @Nullable
    Argument share;

    @Parameter(names = "--grant")
    @Nullable
    Argument grant;

    @Parameter(names = "--protect")
    @Nullable
    Argument protect;

    @Parameter(names = "--ttl")
    @Nullable
    Argument validity;

    @Parameter(names = "--address")
    @Nullable
    Argument address;
}
