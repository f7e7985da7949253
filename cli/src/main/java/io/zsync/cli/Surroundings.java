package io.zsync.cli;

import java.io.InputStream;
import java.util.function.Supplier;

/**
 * What a command runs in.
 *
 * @param input standard input
 * @param engine makes the engine; called once, when a command is about to run
 * @param terminalColumns width of the terminal that standard error is, 0 if it is none
 */
record Surroundings(
        InputStream input, Console console, Supplier<Engine> engine, Signals signals, int terminalColumns) {}
