/** Numbers in four and eight bits, as bitsandbytes computes and stores them. */
@NullMarked
package dev.luthier.quant;

import org.jspecify.annotations.NullMarked;
