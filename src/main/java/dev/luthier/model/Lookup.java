package dev.luthier.model;

import dev.luthier.tensor.Parameter;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Token ids (N) to rows (N, H) of a table, as torch.nn.Embedding.
 *
 * @param weight the table (V, H)
 * @param paddingId the row that never receives a gradient from look-ups, or -1
 */
public record Lookup(Parameter weight, long paddingId) implements Stored {
  @Override
  public Tensor apply(Tensor ids) {
    return weight.packed() == null
        ? torch.embedding(weight.value(), ids, paddingId, false, false)
        : weight.rows(ids);
  }

  @Override
  public Map<String, Parameter> weights() {
    return Map.of("weight", weight);
  }

  @Override
  public Lookup rewritten(UnaryOperator<Parameter> rewriting) {
    return new Lookup(rewriting.apply(weight), paddingId);
  }

  @Override
  public Lookup copy(String path) {
    return new Lookup(Stored.copyOf(path + ".weight", weight), paddingId);
  }
}
