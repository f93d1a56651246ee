/** What answers are worth: rules here, models that score in {@code recipe}, which loads them. */
@NullMarked
package dev.luthier.reward;

import org.jspecify.annotations.NullMarked;
