/** Classes that the user brings. */
@NullMarked
package dev.luthier.user;

import org.jspecify.annotations.NullMarked;
