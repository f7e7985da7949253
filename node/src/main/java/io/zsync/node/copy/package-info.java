/** From file to file: which data path moves a range, and how; hides clone, copy_file_range, sendfile, mapped windows and buffers. */
@NullMarked
package io.zsync.node.copy;

import org.jspecify.annotations.NullMarked;
