package dev.luthier.peft;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.error.Check;
import dev.luthier.tensor.Scope;
import java.util.List;

/**
 * Prompt tuning (Lester et al. 2021, https://arxiv.org/abs/2104.08691): P vectors that learn stand
 * before the embeddings of every sequence, [P_e; X_e] (section 2). Equal to PEFT's
 * tuners/prompt_tuning, but for the start, which is random there.
 */
@Doc("Vectors that learn, before the embeddings of every sequence (arXiv 2104.08691)")
public record PromptTuning(
    @Doc(
            value = "How many virtual tokens there are",
            elsewhere = {"num_virtual_tokens", "prompt_length"})
        @Default("20")
        int tokens,
    @Doc(
            value = "What they begin as",
            elsewhere = {"prompt_tuning_init"})
        @Default("vocabulary")
        Start start,
    @Doc(
            value = "Modules trained and saved whole, such as lm_head",
            elsewhere = {"modules_to_save"})
        @Default("[]")
        List<String> save)
    implements Peft {
  public PromptTuning {
    Check.atLeast("prompt_tuning.tokens", 1, tokens);
  }

  @Override
  public Rate usualRate() {
    return new Rate.Fixed(3e-2); // a tenth of the paper's, which is for Adafactor
  }

  @Override
  public int virtualTokens() {
    return tokens;
  }

  @Override
  public String prefix() {
    return "base_model.";
  }

  @Override
  public Attachment attach(Site site) {
    Wholes.refuseUnknown(site.model(), save, "prompt_tuning.save");
    try (Scope scope = new Scope()) {
      int rows = VirtualTokens.rows(tokens, site.model());
      return VirtualTokens.table(site.model(), tokens, start.embeddings(rows, site));
    }
  }
}
