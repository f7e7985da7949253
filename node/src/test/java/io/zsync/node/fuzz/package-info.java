/** What fuzz tests of this module and of {@code tests} share. */
@NullMarked
package io.zsync.node.fuzz;

import org.jspecify.annotations.NullMarked;
