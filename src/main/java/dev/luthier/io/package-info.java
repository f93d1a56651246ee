/** Model files and checkpoints on disk. */
@NullMarked
package dev.luthier.io;

import org.jspecify.annotations.NullMarked;
