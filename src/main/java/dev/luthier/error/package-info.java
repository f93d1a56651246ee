/** The one exception that stands for wrong input; every package may throw it. */
@NullMarked
package dev.luthier.error;

import org.jspecify.annotations.NullMarked;
