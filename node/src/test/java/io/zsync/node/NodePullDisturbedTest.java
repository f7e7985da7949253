package io.zsync.node;

import io.zsync.protocol.Mode;

/** What disturbs a push disturbs a pull, with the same outcome. */
class NodePullDisturbedTest extends NodeDisturbedTest {
    NodePullDisturbedTest() {
        mode = Mode.PULL;
    }
}
