/** Connections, data streams, chunks and protection; hides sockets, framing and sendfile. */
@NullMarked
package io.zsync.node.transport;

import org.jspecify.annotations.NullMarked;
