/** Immutable requests, reports, events and failures; hides nothing: plain values, no exit codes. */
@NullMarked
package io.zsync.node.api;

import org.jspecify.annotations.NullMarked;
