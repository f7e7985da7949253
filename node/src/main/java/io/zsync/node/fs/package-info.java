/** Confined access to a tree; hides openat2, descriptors and foreign calls. */
@NullMarked
package io.zsync.node.fs;

import org.jspecify.annotations.NullMarked;
