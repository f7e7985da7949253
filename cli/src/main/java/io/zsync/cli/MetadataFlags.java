package io.zsync.cli;

import com.beust.jcommander.Parameter;
import io.zsync.protocol.Preservation;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Which metadata is kept, and what stands in for the source's. */
final class MetadataFlags {
    @Parameter(names = "-H")
    boolean hardLinks;

    @Parameter(names = "-X")
    boolean attributes;

    @Parameter(names = "-A")
    boolean acls;

    @Parameter(names = "--no-owner")
    boolean noOwner;

    @Parameter(names = "--no-perms")
    boolean noPermissions;

    @Parameter(names = "--no-times")
    boolean noTimes;

    @Parameter(names = "--chmod")
    List<Argument> chmod = new ArrayList<>();

    @Parameter(names = "--chown")
    @Nullable
    Argument chown;

    Preservation preservation(Judge judge) throws UsageError {
        if (noOwner && chown != null) {
            throw judge.refusal("--no-owner and --chown contradict each other");
        }
        OwnerIds owner = OwnerIds.parse(judge, chown);
        return new Preservation(
                !noOwner,
                !noPermissions,
                !noTimes,
                hardLinks,
                attributes,
                acls,
                owner.user(),
                owner.group(),
                ModeEdits.parse(judge, chmod, ModeEdits::processUmask));
    }
}
