package dev.luthier.peft;

import dev.luthier.tensor.Parameter;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.bytedeco.pytorch.Tensor;

/**
 * A tensor of an adapter's file.
 *
 * @param value what is written
 * @param fill takes what was read
 */
record Entry(String name, Supplier<Tensor> value, Consumer<Tensor> fill) {
  /** A weight under its own name. */
  static Entry of(Parameter p) {
    return of(p.name(), p);
  }

  /** What is computed from weights that stand in another file. */
  static Entry computed(String name, Supplier<Tensor> value) {
    return new Entry(name, value, saved -> {});
  }

  /** A weight under another name. */
  static Entry of(String name, Parameter p) {
    return new Entry(name, p::value, saved -> p.value().copy_(saved));
  }
}
