/** The mathematics of every method, one file each. */
@NullMarked
package dev.luthier.loss;

import org.jspecify.annotations.NullMarked;
