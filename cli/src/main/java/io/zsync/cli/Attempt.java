package io.zsync.cli;

import io.zsync.node.api.RunFailure;

/** Turns every outcome into an exit code, here and nowhere else, and tells what went wrong. Nothing is thrown out of here. */
final class Attempt {
    private Attempt() {}

    interface Step {
        ExitCode run() throws UsageError, RunFailure;
    }

    static ExitCode of(Console console, Step step) {
        try {
            return step.run();
        } catch (UsageError e) {
            console.error(String.valueOf(e.getMessage()), e.wayOut(), e);
            return ExitCode.USAGE;
        } catch (RunFailure e) {
            console.error(String.valueOf(e.getMessage()), e.wayOut(), e);
            return ExitCode.of(e.kind());
        } catch (OutOfMemoryError e) {
            console.error("internal error: out of memory", null, e);
            return ExitCode.INTERNAL;
        } catch (Throwable e) {
            console.bug(e);
            return ExitCode.INTERNAL;
        }
    }
}
