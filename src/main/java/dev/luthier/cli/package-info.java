/** The commands; the only place that ends the process. */
@NullMarked
package dev.luthier.cli;

import org.jspecify.annotations.NullMarked;
