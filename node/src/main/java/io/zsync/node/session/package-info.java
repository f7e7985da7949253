/** Sessions, their states and the listener; hides who talks when. */
@NullMarked
package io.zsync.node.session;

import org.jspecify.annotations.NullMarked;
