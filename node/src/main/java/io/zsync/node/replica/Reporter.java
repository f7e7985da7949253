package io.zsync.node.replica;

import io.zsync.protocol.Message.Change;
import io.zsync.protocol.ProblemCode;
import io.zsync.protocol.RelativePath;

/** Where a receiver tells what it changes and what it could not. Called from several threads; may block. */
public interface Reporter {
    void changed(Change change);

    void problem(RelativePath path, ProblemCode code, String detail);
}
