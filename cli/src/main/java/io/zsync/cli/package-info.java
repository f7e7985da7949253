/** Commands, console and progress; hides the terminal from the engine, and decides nothing itself. */
@NullMarked
package io.zsync.cli;

import org.jspecify.annotations.NullMarked;
