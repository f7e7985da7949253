package io.zsync.node.replica;

import io.zsync.protocol.Comparison;
import io.zsync.protocol.Deletion;
import io.zsync.protocol.Durability;
import io.zsync.protocol.RuleText;

/**
 * How a plan is applied.
 *
 * @param dryRun tell what would be done, touch nothing
 * @param reportChanges tell each change
 * @param durability when published files are forced to disk
 * @param comparison when contents count as equal
 * @param skipLinks symlinks of the source are left out
 * @param rules which metadata is kept
 * @param deletion what becomes of what only the target has, and of what is replaced
 * @param typed the run's own choice of paths: what it leaves out is not deleted
 * @param openModes true if this process needs the owner's permission bits to work in a directory, that is, is not root
 */
public record ApplyOptions(
        boolean dryRun,
        boolean reportChanges,
        Durability durability,
        Comparison comparison,
        boolean skipLinks,
        MetadataRules rules,
        Deletion deletion,
        RuleText typed,
        boolean openModes) {}
