package io.zsync.node;

import io.zsync.protocol.Mode;

/** What holds of a push holds of a pull: the same session with the roles swapped. */
class NodePullTest extends NodePushTest {
    NodePullTest() {
        mode = Mode.PULL;
    }
}
