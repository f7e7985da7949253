package io.zsync.node.replica;

import java.io.IOException;

/** Going on would most likely destroy what nobody wants destroyed. Nothing has been changed. The message is one line. */
public final class SafetyHalt extends IOException {
    private static final long serialVersionUID = 1L;

    SafetyHalt(String message) {
        super(message);
    }
}
