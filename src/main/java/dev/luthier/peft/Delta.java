package dev.luthier.peft;

import dev.luthier.tensor.Parameter;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * What is added to a loaded weight, which itself is never written. Letters: k places of the weight,
 * counted flat in row-major order.
 */
interface Delta {
  /** Ends the name of what is added, in the adapter's file. */
  String VALUES = ".values";

  /** Ends the name of where it is added; a file has none where it is added everywhere. */
  String INDICES = ".indices";

  /** The loaded weight. */
  Parameter weight();

  /** Weight and change together, float32; the gradient goes to the change alone. */
  Tensor sum();

  /** What trains. */
  List<Parameter> trained();

  /** What else it owns. */
  List<Parameter> frozen();

  /** What the adapter's file holds of it. */
  List<Entry> entries();

  /** The weight in float32. */
  static Tensor base(Parameter weight) {
    return weight.value().to(ScalarType.Float);
  }

  /** Weights that keep their places and get a value added at k of them. */
  static Tensor scattered(Parameter weight, Tensor indices, Tensor values) {
    Tensor base = base(weight);
    return base.reshape(-1).index_add(0, indices, values).view_as(base);
  }

  /**
   * A change of the whole weight.
   *
   * @param values in the weight's shape
   */
  record Everywhere(Parameter weight, Parameter values) implements Delta {
    @Override
    public Tensor sum() {
      return base(weight).add(values.value());
    }

    @Override
    public List<Parameter> trained() {
      return List.of(values);
    }

    @Override
    public List<Parameter> frozen() {
      return List.of();
    }

    @Override
    public List<Entry> entries() {
      return List.of(Entry.of(values));
    }
  }

  /**
   * A change of k places.
   *
   * @param indices (k) int64, ascending
   * @param values (k)
   */
  record Somewhere(Parameter weight, Parameter indices, Parameter values) implements Delta {
    private static final long INT32 = 1L << 31;

    @Override
    public Tensor sum() {
      return scattered(weight, indices.value(), values.value());
    }

    @Override
    public List<Parameter> trained() {
      return List.of(values);
    }

    @Override
    public List<Parameter> frozen() {
      return List.of(indices);
    }

    @Override
    public List<Entry> entries() {
      return List.of(
          new Entry(
              indices.name(),
              () -> stored(indices.value(), weight),
              saved -> indices.value().copy_(saved)),
          Entry.of(values));
    }

    /** Indices as files have them: int32 where that is enough. */
    static Tensor stored(Tensor indices, Parameter weight) {
      return indices.to(weight.count() < INT32 ? ScalarType.Int : ScalarType.Long);
    }
  }
}
