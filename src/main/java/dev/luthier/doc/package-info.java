/** What a recipe key means and what it is when unset; every package may use it. */
@NullMarked
package dev.luthier.doc;

import org.jspecify.annotations.NullMarked;
