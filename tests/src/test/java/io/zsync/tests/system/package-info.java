/** Whole-system tests: the packaged launcher and its jar, seen from outside. */
@NullMarked
package io.zsync.tests.system;

import org.jspecify.annotations.NullMarked;
