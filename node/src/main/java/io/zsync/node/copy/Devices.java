package io.zsync.node.copy;

/** The two file systems of a copy, by the device numbers that the kernel gives their files. */
public record Devices(long source, long target) {}
