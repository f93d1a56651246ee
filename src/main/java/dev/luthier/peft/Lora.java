package dev.luthier.peft;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.error.Check;
import dev.luthier.error.UserError;
import dev.luthier.model.Linear;
import dev.luthier.model.Lookup;
import dev.luthier.model.Model;
import dev.luthier.model.Slot;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Parameter;
import dev.luthier.tensor.Scope;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * LoRA (Hu et al. 2021, https://arxiv.org/abs/2106.09685): h = W x + s B A x (eq. 3), with A (r,
 * in) random, B (out, r) zero, s = alpha / r, or alpha / sqrt(r) for rsLoRA (Kalajdzievski 2023).
 * Equal to PEFT's tuners/lora.
 */
@Doc("Low-rank adapters beside frozen linear layers (arXiv 2106.09685)")
public record Lora(
    @Doc(
            value = "Rank of the adapters",
            elsewhere = {"r", "lora_r", "lora_rank"})
        @Default("16")
        int rank,
    @Doc(
            value = "The adapter's output is scaled by alpha / rank",
            elsewhere = {"lora_alpha"})
        @Default("32")
        double alpha,
    @Doc(
            value = "Share of the adapter's inputs set to zero in training",
            elsewhere = {"lora_dropout"})
        @Default("0")
        double dropout,
    @Doc(
            value = "The linear layers that get an adapter",
            elsewhere = {"target_modules", "lora_target"})
        @Default("all-linear")
        Targets targets,
    @Doc("Ranks of single layers: name or regular expression of its ending -> rank") @Default("{}")
        Map<String, Integer> rankPattern,
    @Doc("Alphas of single layers: name or regular expression of its ending -> alpha")
        @Default("{}")
        Map<String, Double> alphaPattern,
    @Doc(
            value = "The blocks that get adapters, counted from 0; empty means all",
            elsewhere = {"layers_to_transform"})
        @Default("[]")
        List<Integer> layers,
    @Doc(
            value = "Scale by alpha / sqrt(rank) (arXiv 2312.03732)",
            elsewhere = {"use_rslora"})
        @Default("false")
        boolean rslora,
    @Doc(
            value = "Modules trained and saved whole, such as embed_tokens or lm_head",
            elsewhere = {"modules_to_save"})
        @Default("[]")
        List<String> save)
    implements Peft {
  private static final Pattern LAYER = Pattern.compile(".*\\.[^.]*\\.(\\d+)\\..*");

  public Lora {
    Check.atLeast("lora.rank", 1, rank);
    Check.above("lora.alpha", 0, alpha);
    Check.below("lora.dropout", 0, 1, dropout);
    rankPattern.forEach((name, r) -> Check.atLeast("lora.rank_pattern." + name, 1, r));
    alphaPattern.forEach((name, a) -> Check.above("lora.alpha_pattern." + name, 0, a));
    layers.forEach(layer -> Check.atLeast("lora.layers", 0, layer));
  }

  @Override
  public double usualRate() {
    return 2e-4; // ten times that of full fine-tuning: Schulman et al. 2025, TRL's documentation
  }

  /** Rank and alpha on every linear map, all else at its default. */
  public static Lora of(int rank, double alpha) {
    return new Lora(
        rank, alpha, 0, new Targets.AllLinear(), Map.of(), Map.of(), List.of(), false, List.of());
  }

  @Override
  public Attachment attach(Site site) {
    Model model = site.model();
    List<Change<?>> changes = new ArrayList<>();
    List<Parameter> trainable = new ArrayList<>();
    for (Slot slot : site.open()) {
      if (targeted(model, slot)) {
        LoraMaps.LowRank map = fresh(site, slot);
        changes.add(new Change<>(slot, map));
        trainable.addAll(map.parameters());
      }
    }
    if (changes.isEmpty()) {
      throw new UserError(
          "lora.targets %s%s match no module; modules are %s"
              .formatted(
                  targets.written(),
                  layers.isEmpty() ? "" : " in layers " + layers,
                  model.slots().stream().map(Slot::name).distinct().toList()));
    }
    Wholes.refuseUnknown(model, save, "lora.save");
    return Attachment.of(changes, trainable);
  }

  private boolean targeted(Model model, Slot slot) {
    if (!targets.matches(model, slot)) {
      return false;
    }
    Matcher m = LAYER.matcher(slot.path());
    return layers.isEmpty() || (m.matches() && layers.contains(Integer.parseInt(m.group(1))));
  }

  /** r of a module. */
  int rank(String path) {
    return pattern(rankPattern, path, rank);
  }

  /** s of a module. */
  double scale(String path) {
    int r = rank(path);
    return pattern(alphaPattern, path, alpha) / (rslora ? Math.sqrt(r) : r);
  }

  private LoraMaps.LowRank fresh(Site site, Slot slot) {
    Compute compute = site.model().compute();
    int r = rank(slot.path());
    double scale = scale(slot.path());
    try (Scope scope = new Scope()) {
      torch.manual_seed(site.seed(slot));
      if (slot.base() instanceof Lookup lookup) {
        long vocab = lookup.weight().value().size(0);
        long width = lookup.weight().value().size(1);
        // PEFT starts an embedding's A at zero and draws B.
        Parameter down = site.weight(slot.path(), "lora_embedding_A", zeros(compute, r, vocab));
        Parameter up = site.weight(slot.path(), "lora_embedding_B", normal(compute, width, r));
        return new LoraMaps.LowRankLookup(lookup, down, up, scale);
      }
      Linear dense = (Linear) slot.base();
      Parameter down = site.weight(slot.path(), "lora_A.weight", uniform(compute, r, dense.in()));
      Parameter up = site.weight(slot.path(), "lora_B.weight", zeros(compute, dense.out(), r));
      return new LoraMaps.LowRankDense(dense, down, up, scale, dropout, site.model().dropout());
    }
  }

  private static Tensor zeros(Compute compute, long... shape) {
    return torch.zeros(shape, compute.options(ScalarType.Float));
  }

  private static Tensor normal(Compute compute, long... shape) {
    return torch
        .randn(shape, Compute.CPU.options(ScalarType.Float))
        .to(compute.torchDevice(), ScalarType.Float);
  }

  /** Uniform in +-1/sqrt(in): Kaiming's with a = sqrt(5). */
  private static Tensor uniform(Compute compute, long out, long in) {
    Tensor host = torch.empty(out, in);
    double bound = 1 / Math.sqrt(in);
    host.uniform_(-bound, bound, new org.bytedeco.pytorch.GeneratorOptional());
    return host.to(compute.torchDevice(), ScalarType.Float);
  }

  /** PEFT's rule: the first pattern that the end of the path matches, after a dot or whole. */
  private static <T> T pattern(Map<String, T> patterns, String path, T otherwise) {
    return patterns.entrySet().stream()
        .filter(e -> Expression.matches("(.*\\.)?(" + e.getKey() + ")", path))
        .map(Map.Entry::getValue)
        .findFirst()
        .orElse(otherwise);
  }
}
