package dev.luthier.peft;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.error.Check;
import java.util.List;
import java.util.Map;

/** Low-rank adaptation, Hu et al. 2021 (arXiv 2106.09685); the files are those of PEFT. */
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
}
