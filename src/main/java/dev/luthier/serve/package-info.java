/** Serves a model over HTTP: OpenAI's API, several versions at once, and what goes with them. */
@NullMarked
package dev.luthier.serve;

import org.jspecify.annotations.NullMarked;
