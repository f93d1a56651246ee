/** The few things libtorch's Java binding leaves to us: scopes, short spellings, devices, seeds. */
@NullMarked
package dev.luthier.tensor;

import org.jspecify.annotations.NullMarked;
