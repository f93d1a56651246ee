package dev.luthier.model;

import dev.luthier.tensor.Parameter;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/** y = W x + b, whichever way the files lay out W. */
public sealed interface Linear extends Stored permits Dense, Conv1d, FrozenLinear {
  long in();

  long out();

  /** W as the files hold it. */
  Parameter weight();

  /** b (out), or none. */
  @Nullable Parameter bias();

  /** W as the formula has it, (out, in), without a copy; unpacked where it is packed. */
  Tensor matrix();

  /** The same map with another bias (out). */
  Linear biased(Parameter by);

  @Override
  Linear rewritten(UnaryOperator<Parameter> rewriting);

  @Override
  Linear copy(String path);
}
