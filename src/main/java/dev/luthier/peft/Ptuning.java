package dev.luthier.peft;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.error.Check;
import dev.luthier.model.Model;
import dev.luthier.tensor.Parameter;
import dev.luthier.tensor.Scope;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * P-tuning (Liu et al. 2021, https://arxiv.org/abs/2103.10385): virtual tokens before every
 * sequence, computed by an encoder that learns with them. The paper strews them over a template;
 * here, as in PEFT's tuners/p_tuning, they stand in front. What the encoder gives is all that a
 * finished adapter needs, and all that PEFT saves.
 */
@Doc("Virtual tokens before every sequence, computed by an encoder that learns (arXiv 2103.10385)")
public record Ptuning(
    @Doc(
            value = "How many virtual tokens there are",
            elsewhere = {"num_virtual_tokens"})
        @Default("20")
        int tokens,
    @Doc(
            value = "What computes them",
            elsewhere = {"encoder_reparameterization_type"})
        @Default("mlp")
        PromptEncoder encoder,
    @Doc(
            value = "Modules trained and saved whole, such as lm_head",
            elsewhere = {"modules_to_save"})
        @Default("[]")
        List<String> save)
    implements Peft {
  public Ptuning {
    Check.atLeast("ptuning.tokens", 1, tokens);
  }

  @Override
  public Rate usualRate() {
    // far above that of all weights: little learns, through a random encoder
    return new Rate.Fixed(5e-3);
  }

  @Override
  public int virtualTokens() {
    return tokens;
  }

  @Override
  public long widest() {
    return Math.max(tokens, encoder.widest());
  }

  @Override
  public String prefix() {
    return "base_model.";
  }

  @Override
  public boolean encoded() {
    return true;
  }

  @Override
  public Attachment attach(Site site) {
    Model model = site.model();
    Wholes.refuseUnknown(model, save, "ptuning.save");
    try (Scope scope = new Scope()) {
      int rows = VirtualTokens.rows(tokens, model);
      Tensor drawn = new Start.Random().embeddings(rows, site);
      if (site.start().bare().test(this)) {
        return VirtualTokens.table(model, tokens, drawn);
      }
      Parameter table = new Parameter(VirtualTokens.TABLE, drawn);
      PromptEncoder.Built built = encoder.build(site, (int) drawn.size(1));
      List<Parameter> trainable = new ArrayList<>(List.of(table));
      trainable.addAll(built.weights());
      return Attachment.of(
              VirtualTokens.before(
                  model, tokens, sequences -> built.map().apply(table.value()).unsqueeze(0)),
              trainable)
          .encoding(
              List.of(Entry.computed(VirtualTokens.GIVEN, () -> built.map().apply(table.value()))));
    }
  }
}
