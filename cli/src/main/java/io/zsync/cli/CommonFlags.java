package io.zsync.cli;

import com.beust.jcommander.Parameter;
import java.util.ArrayList;
import java.util.List;

/** What may be typed behind any command, not yet judged. */
class CommonFlags {
    @Parameter
    List<Argument> words = new ArrayList<>();

    @Parameter(names = "-v")
    boolean verbose;

    @Parameter(names = "-vv")
    boolean veryVerbose;
}
