package io.zsync.cli;

import io.zsync.node.api.Event;
import io.zsync.protocol.Message.Change;
import io.zsync.protocol.RelativePath;
import java.nio.charset.StandardCharsets;

/** Changes as a test writes them down. */
final class Changes {
    private Changes() {}

    static Change change(String path, Change.Kind kind, Change.Action action, int attributes) {
        return change(path, kind, action, attributes, "");
    }

    static Change change(String path, Change.Kind kind, Change.Action action, int attributes, String target) {
        return new Change(
                RelativePath.of(path), kind, action, attributes, 0, target.getBytes(StandardCharsets.ISO_8859_1));
    }

    static Event.Changed created(String path, Change.Kind kind) {
        return new Event.Changed(change(path, kind, Change.Action.CREATE, 0));
    }
}
