/**
 * Who compares answers in the place of people, how they are asked, and how far they can be trusted.
 */
@NullMarked
package dev.luthier.judge;

import org.jspecify.annotations.NullMarked;
