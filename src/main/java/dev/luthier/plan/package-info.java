/** What a training step will hold in memory, said before it is made. */
@NullMarked
package dev.luthier.plan;

import org.jspecify.annotations.NullMarked;
