package dev.luthier.peft;

import dev.luthier.error.UserError;
import dev.luthier.model.Model;
import dev.luthier.peft.LoraFactors.Factors;
import dev.luthier.tensor.Ops;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * What an adapter changes as one plain LoRA, W + s B A with one rank and one s for all places,
 * which every reader of LoRA applies in the same way. Exact: a place of a smaller rank gets rows
 * and columns of zeros, one of another s has the difference in B. Letters: r rank.
 *
 * @param lora the settings
 * @param places factors by the places' paths
 */
record PlainLora(Lora lora, Map<String, Factors> places) {
  /**
   * The tensors belong to the caller's scope.
   *
   * @throws UserError if no two factors hold what the adapter does
   */
  static PlainLora of(Adapted<?> adapted) {
    try (AutoGradMode off = Ops.noGrad()) {
      Map<String, Factors> own = new LinkedHashMap<>();
      for (Change<?> change : adapted.changes()) {
        if (!(change.with() instanceof Whole)) {
          own.put(change.place().path(), pair(adapted, change));
        }
      }
      if (own.isEmpty()) {
        throw refused(adapted, "changes no place but those that are saved whole");
      }
      Factors widest =
          own.values().stream().max((a, b) -> Integer.compare(a.rank(), b.rank())).orElseThrow();
      int rank = Math.max(1, widest.rank());
      Map<String, Factors> places = new LinkedHashMap<>();
      own.forEach((path, f) -> places.put(path, even(f, rank, widest.scale())));
      return new PlainLora(settings(adapted, rank, widest.scale(), places), places);
    }
  }

  private static Factors pair(Adapted<?> adapted, Change<?> change) {
    if (change.with() instanceof Paired map) {
      return map.pair();
    }
    if (change.with() instanceof LoraMaps.LowRank) {
      throw refused(adapted, "with form dora scales whole rows of the weights");
    }
    throw refused(
        adapted,
        change.with() instanceof Adaptation
            ? "changes the weights by more than a product of two small factors"
            : "puts something beside the weights at " + change.place().path());
  }

  private static UserError refused(Adapted<?> adapted, String what) {
    return new UserError(
        "%s %s, which no LoRA holds; %s"
            .formatted(
                Methods.name(adapted.peft()),
                what,
                adapted.merges()
                    ? "merge it instead: ./luthier adapter merge MODEL ADAPTER OUT, and for what"
                        + " changed: ./luthier adapter diff MODEL OUT --into FOLDER"
                    : "it can only be copied, with --to same, perhaps in another --type"));
  }

  private static Factors even(Factors f, int rank, double scale) {
    int more = rank - f.rank();
    Tensor up = f.scale() == scale ? f.up() : f.up().mul(Ops.scalar(f.scale() / scale));
    return new Factors(f.kind(), padded(f.down(), 0, more), padded(up, 1, more), scale);
  }

  private static Tensor padded(Tensor t, int dim, int more) {
    if (more == 0) {
      return t;
    }
    long[] shape = Ops.shape(t);
    shape[dim] = more;
    return Ops.cat(dim, t, torch.zeros(shape, t.options()));
  }

  /** The places are named as the adapter names them, so that its file stays short. */
  private static Lora settings(
      Adapted<?> adapted, int rank, double scale, Map<String, Factors> places) {
    double alpha = scale * rank;
    double whole = Math.rint(alpha);
    Peft was = adapted.peft();
    Targets targets = new Targets.Names(List.copyOf(places.keySet()));
    List<Integer> layers = List.of();
    double dropout = 0;
    if (was instanceof Lora lora) {
      targets = lora.targets();
      layers = lora.layers();
      dropout = lora.dropout();
    } else if (was instanceof Adalora adalora) {
      targets = adalora.targets();
      layers = adalora.layers();
      dropout = adalora.dropout();
    } else if (was instanceof Vera vera) {
      targets = vera.targets();
      layers = vera.layers();
      dropout = vera.dropout();
    }
    return new Lora(
        rank,
        Math.abs(alpha - whole) < 1e-9 ? whole : alpha,
        dropout,
        targets,
        Map.of(),
        Map.of(),
        layers,
        false,
        adapted.save());
  }

  /** Writes PEFT's folder, modules saved whole with it. */
  static void write(Adapted<?> adapted, Path dir, String base) {
    PlainLora plain = of(adapted);
    Model model = adapted.model();
    List<Entry> entries = new ArrayList<>();
    plain.places.forEach(
        (path, f) -> {
          String at = plain.lora.prefix() + path;
          entries.add(Entry.computed(at + f.kind().down, f::down));
          entries.add(Entry.computed(at + f.kind().up, f::up));
        });
    entries.addAll(Wholes.entries(adapted));
    AdapterFiles.write(
        dir,
        AdapterConfig.write(model, plain.lora, adapted.save(), true, base),
        entries,
        List.of());
  }
}
