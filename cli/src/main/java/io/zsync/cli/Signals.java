package io.zsync.cli;

/** How a command learns of the signals that are meant for it. */
interface Signals {
    /**
     * Names what SIGINT and SIGTERM set off, in place of what was named before; if one came already, at once.
     *
     * @param end the exit code of a process that ends so
     */
    void onCancel(Runnable action, ExitCode end);

    /** From now on SIGHUP runs this, and ends nothing. */
    void onHangUp(Runnable action);
}
