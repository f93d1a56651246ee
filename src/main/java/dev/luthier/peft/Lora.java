package dev.luthier.peft;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.error.Check;
import dev.luthier.error.UserError;
import dev.luthier.tensor.Parameter;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * LoRA (Hu et al. 2021, https://arxiv.org/abs/2106.09685): h = W x + s B A x (eq. 3), with A (r,
 * in) random, B (out, r) zero, s = alpha / r, or alpha / sqrt(r) for rsLoRA (Kalajdzievski 2023); B
 * may learn faster than A (LoRA+, Hayou et al. 2024, https://arxiv.org/abs/2402.12354). Equal to
 * PEFT's tuners/lora.
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
        List<String> save,
    @Doc(
            value = "How the product of the factors changes a layer",
            elsewhere = {"use_dora"})
        @Default("plain")
        LoraForm form,
    @Doc(
            value =
                "Where the factors begin; pissa and olora begin at the loaded weights' main part",
            elsewhere = {"init_lora_weights"})
        @Default("kaiming")
        LoraStart start,
    @Doc(
            value = "Whether B has a bias",
            elsewhere = {"lora_bias"})
        @Default("false")
        boolean bias,
    @Doc(
            value =
                "The learning rate of B over that of A (LoRA+, arXiv 2402.12354, whose experiments"
                    + " have 16, with a lower rate); 1 is LoRA",
            elsewhere = {"loraplus_lr_ratio"})
        @Default("1")
        double rateRatio)
    implements Peft {
  public Lora {
    Check.atLeast("lora.rank", 1, rank);
    Check.above("lora.alpha", 0, alpha);
    Check.below("lora.dropout", 0, 1, dropout);
    rankPattern.forEach((name, r) -> Check.atLeast("lora.rank_pattern." + name, 1, r));
    alphaPattern.forEach((name, a) -> Check.above("lora.alpha_pattern." + name, 0, a));
    layers.forEach(layer -> Check.atLeast("lora.layers", 0, layer));
    Check.above("lora.rate_ratio", 0, rateRatio);
    if (bias && (form instanceof Dora || start != LoraStart.KAIMING)) {
      throw new UserError("lora.bias goes with form plain and start kaiming only");
    }
  }

  /** LoRA as Hu et al. have it. */
  public Lora(
      int rank,
      double alpha,
      double dropout,
      Targets targets,
      Map<String, Integer> rankPattern,
      Map<String, Double> alphaPattern,
      List<Integer> layers,
      boolean rslora,
      List<String> save) {
    this(
        rank,
        alpha,
        dropout,
        targets,
        rankPattern,
        alphaPattern,
        layers,
        rslora,
        save,
        new LoraForm.Plain(),
        LoraStart.KAIMING,
        false,
        1);
  }

  @Override
  public long widest() {
    return Stream.concat(Stream.of(rank), rankPattern.values().stream())
        .mapToInt(r -> r)
        .max()
        .orElse(0);
  }

  /** Rank and alpha on every linear map, all else at its default. */
  public static Lora of(int rank, double alpha) {
    return new Lora(
        rank, alpha, 0, new Targets.AllLinear(), Map.of(), Map.of(), List.of(), false, List.of());
  }

  @Override
  public Rate usualRate() {
    // ten times that of full fine-tuning: Schulman et al. 2025, TRL's documentation
    return new Rate.ByWidth(2e-4);
  }

  /** LoRA+: B's rate is a multiple of A's. A table's factors keep the run's rate. */
  @Override
  public double rateOf(Parameter weight) {
    return weight.name().contains(".lora_B.") ? rateRatio : 1;
  }

  @Override
  public Attachment attach(Site site) {
    Wholes.refuseUnknown(site.model(), save, "lora.save");
    return new LoraPlaces(this, site).attach();
  }

  /** The rank at a place of this path. */
  int rankAt(String path) {
    return pattern(rankPattern, path, rank);
  }

  /** s at a place of this path. */
  double scaleAt(String path) {
    int r = rankAt(path);
    return pattern(alphaPattern, path, alpha) / (rslora ? Math.sqrt(r) : r);
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
