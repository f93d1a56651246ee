/** Models of the Hugging Face families, computed exactly. */
@NullMarked
package dev.luthier.model;

import org.jspecify.annotations.NullMarked;
