/**
 * How far feedback can be relied on: who rates reliably (Dawid-Skene), what is repeated, hasty,
 * unrelated, contradictory or agreed upon, and what follows: a weight and a standing for each
 * feedback, with reasons that a person can check.
 */
@NullMarked
package dev.luthier.rater;

import org.jspecify.annotations.NullMarked;
