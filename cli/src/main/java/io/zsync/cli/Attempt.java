package io.zsync.cli;

import io.zsync.node.api.RunFailure;
import org.jspecify.annotations.Nullable;

/** Turns every outcome into an exit code, here and nowhere else, and tells what went wrong. Nothing is thrown out of here. */
final class Attempt {
    private Attempt() {}

    interface Step {
        ExitCode run() throws UsageError, RunFailure;
    }

    /** Learns of an error besides standard error. */
    interface Failed {
        /** @param message one line, escaped */
        void failed(ExitCode code, String message, @Nullable String wayOut);
    }

    static ExitCode of(Console console, Step step) {
        return of(console, step, (_, _, _) -> {});
    }

    static ExitCode of(Console console, Step step, Failed failed) {
        try {
            return step.run();
        } catch (UsageError e) {
            return told(console, failed, ExitCode.USAGE, String.valueOf(e.getMessage()), e.wayOut(), e);
        } catch (RunFailure e) {
            return told(console, failed, ExitCode.of(e.kind()), String.valueOf(e.getMessage()), e.wayOut(), e);
        } catch (OutOfMemoryError e) {
            return told(console, failed, ExitCode.INTERNAL, "internal error: out of memory", null, e);
        } catch (Throwable e) {
            failed.failed(ExitCode.INTERNAL, Console.messageOf(e), null);
            console.bug(e);
            return ExitCode.INTERNAL;
        }
    }

    private static ExitCode told(
            Console console, Failed failed, ExitCode code, String message, @Nullable String wayOut, Throwable cause) {
        failed.failed(code, message, wayOut);
        console.error(message, wayOut, cause);
        return code;
    }
}
