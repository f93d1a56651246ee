package dev.luthier.peft;

import dev.luthier.error.UserError;
import dev.luthier.io.AtomicDirectory;
import dev.luthier.peft.LoraFactors.Factors;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Scope;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * One LoRA adapter made of several, equal to PEFT's add_weighted_adapter. A place that only some of
 * them have is made of those.
 *
 * @param weights of the adapters; a negative one takes a task away
 * @param density the share of the values that are kept, where the combination prunes
 * @param rank of the result where it is cut to one; 0 is the largest of the adapters
 * @param seed of what is dropped at random
 */
public record Composition(
    Combination how, List<Double> weights, double density, int rank, long seed) {
  /**
   * @throws UserError naming the value that is wrong
   */
  public Composition {
    weights = List.copyOf(weights);
    if (how.prunes() && !(density > 0 && density <= 1)) {
      throw new UserError(
          "%s needs a density above 0 and at most 1, was %s".formatted(how, density));
    }
    if (rank < 0) {
      throw new UserError("the rank must be at least 1, was " + rank);
    }
  }

  /**
   * Writes the combination of saved adapters as a new folder.
   *
   * @throws UserError if an adapter is not LoRA, or they do not fit together
   */
  public void write(List<Path> adapters, Path into) {
    if (adapters.size() != weights.size()) {
      throw new UserError(
          "%d adapters need %d weights, %d are given"
              .formatted(adapters.size(), adapters.size(), weights.size()));
    }
    try (Scope scope = new Scope();
        AutoGradMode off = Ops.noGrad()) {
      torch.manual_seed(seed);
      List<LoraFactors> read = adapters.stream().map(LoraFactors::read).toList();
      Map<String, Tensor> others = new LinkedHashMap<>();
      for (int i = 0; i < read.size(); i++) {
        for (Map.Entry<String, Tensor> e : read.get(i).others().entrySet()) {
          if (others.put(e.getKey(), e.getValue()) != null) {
            throw new UserError(
                "%s brings %s, which another adapter brings too; such modules cannot be combined"
                    .formatted(adapters.get(i), e.getKey()));
          }
        }
      }
      Map<String, Factors> made = new LinkedHashMap<>();
      Set<String> places = new TreeSet<>();
      read.forEach(a -> places.addAll(a.places().keySet()));
      places.forEach(place -> made.put(place, combined(read, place)));
      LoraFactors result = new LoraFactors(described(read, made), made, others);
      AtomicDirectory.write(into, result::write);
    }
  }

  private Factors combined(List<LoraFactors> adapters, String place) {
    int[] having =
        IntStream.range(0, adapters.size())
            .filter(i -> adapters.get(i).places().containsKey(place))
            .toArray();
    List<Factors> parts =
        IntStream.of(having).mapToObj(i -> adapters.get(i).places().get(place)).toList();
    double[] w = IntStream.of(having).mapToDouble(weights::get).toArray();
    refuseUnlike(parts, place);
    if (how == Combination.CAT) {
      return side(parts, w);
    }
    return how.on == Combination.On.FACTORS ? byFactors(parts, w, place) : byDeltas(parts, w);
  }

  private static void refuseUnlike(List<Factors> parts, String place) {
    Factors first = parts.get(0);
    for (Factors other : parts) {
      if (other.kind() != first.kind()
          || other.down().size(1) != first.down().size(1)
          || other.up().size(0) != first.up().size(0)) {
        throw new UserError(
            "the adapters are for different models: at " + place + " the shapes differ");
      }
    }
  }

  /** A = [w1 s1 A1; w2 s2 A2 ...], B = [B1 B2 ...]. */
  private static Factors side(List<Factors> parts, double[] w) {
    Tensor[] downs = new Tensor[w.length];
    for (int i = 0; i < w.length; i++) {
      downs[i] = parts.get(i).down().mul(Ops.scalar(w[i] * parts.get(i).scale()));
    }
    Tensor[] ups = parts.stream().map(Factors::up).toArray(Tensor[]::new);
    return new Factors(parts.get(0).kind(), Ops.cat(0, downs), Ops.cat(1, ups), 1);
  }

  /** A and B each summed, with the root of the weight on either. */
  private Factors byFactors(List<Factors> parts, double[] w, String place) {
    if (parts.stream().mapToInt(Factors::rank).distinct().count() > 1) {
      throw new UserError(
          "%s needs adapters of one rank, but at %s they have %s; use cat or svd"
              .formatted(how, place, parts.stream().map(Factors::rank).toList()));
    }
    double[] root = new double[w.length];
    double[] signed = new double[w.length];
    for (int i = 0; i < w.length; i++) {
      double by = w[i] * parts.get(i).scale();
      root[i] = Math.sqrt(Math.abs(by));
      signed[i] = Math.signum(by) * root[i];
    }
    TaskArithmetic arithmetic = new TaskArithmetic(how.kept, how.elected, density);
    return new Factors(
        parts.get(0).kind(),
        arithmetic.sum(parts.stream().map(Factors::down).toList(), signed),
        arithmetic.sum(parts.stream().map(Factors::up).toList(), root),
        1);
  }

  /** The deltas summed, and the sum's largest singular values kept. */
  private Factors byDeltas(List<Factors> parts, double[] w) {
    List<Tensor> deltas = parts.stream().map(f -> f.product().mul(Ops.scalar(f.scale()))).toList();
    Tensor sum = new TaskArithmetic(how.kept, how.elected, density).sum(deltas, w);
    long most = Math.min(sum.size(0), sum.size(1));
    long largest = parts.stream().mapToInt(Factors::rank).max().orElseThrow();
    return Factors.cut(parts.get(0).kind(), sum, Math.min(most, rank > 0 ? rank : largest));
  }

  private static AdapterConfig described(List<LoraFactors> adapters, Map<String, Factors> made) {
    AdapterConfig first = adapters.get(0).config();
    return new AdapterConfig(
        LoraFactors.lora(made, saved(adapters)), first.task(), first.base(), List.of());
  }

  private static List<String> saved(List<LoraFactors> adapters) {
    return adapters.stream().flatMap(a -> a.config().peft().save().stream()).distinct().toList();
  }
}
