/** From files on disk to token sequences with targets; the only place that knows about text. */
@NullMarked
package dev.luthier.data;

import org.jspecify.annotations.NullMarked;
