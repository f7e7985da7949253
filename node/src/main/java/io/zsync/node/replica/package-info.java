/** Scanning, planning, applying and publishing; hides how one tree becomes another. */
@NullMarked
package io.zsync.node.replica;

import org.jspecify.annotations.NullMarked;
