package io.zsync.node.transport;

import java.io.IOException;

/** Somebody took the connection, and said nothing, or too little, in the time there was. */
public final class NoAnswerException extends IOException {
    private static final long serialVersionUID = 1;

    NoAnswerException(String message, IOException cause) {
        super(message, cause);
    }
}
