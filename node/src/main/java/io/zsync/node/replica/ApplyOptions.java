package io.zsync.node.replica;

import io.zsync.protocol.Deletion;
import io.zsync.protocol.Durability;
import io.zsync.protocol.RuleText;

/**
 * How a plan is applied.
 *
 * @param dryRun tell what would be done, touch nothing
 * @param reportChanges tell each change
 * @param durability when published files are forced to disk
 * @param rules which metadata is kept
 * @param deletion what becomes of what only the target has, and of what is replaced
 * @param typed the run's own rules, which protect what they leave out
 * @param openModes true if this process needs the owner's permission bits to work in a directory, that is, is not root
 */
public record ApplyOptions(
        boolean dryRun, boolean reportChanges, Durability durability, MetadataRules rules, Deletion deletion, RuleText typed, boolean openModes) {}
