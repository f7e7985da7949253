/** Values, messages and their codecs; hides the wire layout, and touches no file, socket or thread. */
@NullMarked
package io.zsync.protocol;

import org.jspecify.annotations.NullMarked;
