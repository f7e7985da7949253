package io.zsync.node.replica;

import io.zsync.protocol.Selection;

/**
 * What a scan looks for.
 *
 * @param selection which paths
 * @param hardLinks tell further names of one object from objects of their own
 */
public record ScanOptions(Selection selection, boolean hardLinks) {}
