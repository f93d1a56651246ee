/** Which method for which situation: facts, rules with their sources, and ranked advice. */
@NullMarked
package dev.luthier.advise;

import org.jspecify.annotations.NullMarked;
