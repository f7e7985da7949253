package io.zsync.cli;

import java.util.function.Supplier;

/**
 * What a command runs in.
 *
 * @param engine makes the engine; called once, when a command is about to run
 * @param terminalColumns width of the terminal that standard error is, 0 if it is none
 */
record Surroundings(Console console, Supplier<Engine> engine, Signals signals, int terminalColumns) {}
