/**
 * The cycle that learns from what people say of answers: versions of a model, and how a new one is
 * made of accepted feedback, shown to be better, tried on a part of the traffic, and put in the
 * place of the old one, or taken back.
 */
@NullMarked
package dev.luthier.online;

import org.jspecify.annotations.NullMarked;
