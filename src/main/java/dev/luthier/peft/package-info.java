/** Parameter-efficient methods, composed from the seams of a model. */
@NullMarked
package dev.luthier.peft;

import org.jspecify.annotations.NullMarked;
