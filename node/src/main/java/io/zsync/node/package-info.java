/** The facade that serves, pushes, pulls, copies and compares; hides every package below it. */
@NullMarked
package io.zsync.node;

import org.jspecify.annotations.NullMarked;
