package io.zsync.cli;

import com.beust.jcommander.Parameter;

/** rsync's letters for what zsync always does: accepted, and change nothing. */
final class AlwaysOnFlags {
    @Parameter(names = {"-a", "-r", "-l", "-p", "-t", "-o", "-g", "-D"})
    boolean typed;
}
