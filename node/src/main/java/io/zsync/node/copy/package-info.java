/** File-to-file data paths; hides copy_file_range, sendfile, mapped windows and buffers. */
@NullMarked
package io.zsync.node.copy;

import org.jspecify.annotations.NullMarked;
