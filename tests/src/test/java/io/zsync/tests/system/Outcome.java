package io.zsync.tests.system;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;

/** How a process ended: its exit code (128 + signal if it was killed) and what it printed. */
record Outcome(int code, String out, String err) {
    /** Fails with everything it printed unless it ended with {@code expected}. */
    Outcome exits(int expected) {
        assertEquals(expected, code, this::toString);
        return this;
    }

    List<String> errLines() {
        return err.lines().toList();
    }

    List<String> outLines() {
        return out.lines().toList();
    }

    @Override
    public String toString() {
        return "exit " + code + "\nstdout: " + out + "\nstderr: " + err;
    }
}
