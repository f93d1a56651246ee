/** Generation of text: sampling, batches, the KV cache at work. */
@NullMarked
package dev.luthier.rollout;

import org.jspecify.annotations.NullMarked;
