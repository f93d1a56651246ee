/** Programs that nobody trusts, in processes of their own with limits. */
@NullMarked
package dev.luthier.sandbox;

import org.jspecify.annotations.NullMarked;
