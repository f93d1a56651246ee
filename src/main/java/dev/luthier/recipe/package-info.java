/** Flows: what a recipe file says, carried out. */
@NullMarked
package dev.luthier.recipe;

import org.jspecify.annotations.NullMarked;
