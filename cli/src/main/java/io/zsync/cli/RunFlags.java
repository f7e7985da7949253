package io.zsync.cli;

import com.beust.jcommander.ParametersDelegate;

/**
 * What may be typed behind the commands that compare two trees, by subject. Each group judges its own words; which of them
 * have no meaning for a command, {@link Verb} says.
 */
final class RunFlags extends CommonFlags {
    @ParametersDelegate
    final ChoosingFlags choosing = new ChoosingFlags();

    @ParametersDelegate
    final MetadataFlags metadata = new MetadataFlags();

    @ParametersDelegate
    final DeletingFlags deleting = new DeletingFlags();

    @ParametersDelegate
    final TellingFlags telling = new TellingFlags();

    @ParametersDelegate
    final MovingFlags moving = new MovingFlags();

    @ParametersDelegate
    final AlwaysOnFlags alwaysOn = new AlwaysOnFlags();
}
