/** What a model's answers are worth: the measures of the field, by their usual definitions. */
@NullMarked
package dev.luthier.metric;

import org.jspecify.annotations.NullMarked;
