/** The loop, the optimiser, schedules and what a run records. */
@NullMarked
package dev.luthier.train;

import org.jspecify.annotations.NullMarked;
