package io.zsync.cli;

/** A value together with the option it stands behind, where options of several names make one list in typed order. */
record Option(String name, Argument value) {}
