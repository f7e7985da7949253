/** Measures what each data path costs on this machine, by the very classes that a run moves its files with. */
@NullMarked
package io.zsync.node.bench;

import org.jspecify.annotations.NullMarked;
