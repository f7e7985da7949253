package io.zsync.node;

/** What holds of a push holds of a copy without a connection: the same engine, with content from files. */
class NodeCopyDeletionTest extends NodeDeletionTest {
    NodeCopyDeletionTest() {
        local = true;
    }
}
