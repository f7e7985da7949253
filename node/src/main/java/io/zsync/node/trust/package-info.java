/** Identity, peer book, invites and access rules; hides keys and certificates. */
@NullMarked
package io.zsync.node.trust;

import org.jspecify.annotations.NullMarked;
