package dev.luthier.peft;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.error.Check;
import dev.luthier.model.Model;
import dev.luthier.model.Prefix;
import dev.luthier.model.Stack;
import dev.luthier.tensor.Parameter;
import dev.luthier.tensor.Scope;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.bytedeco.pytorch.Tensor;

/**
 * Prefix tuning (Li and Liang 2021, https://arxiv.org/abs/2101.00190): P keys and values that learn
 * stand before those of every sequence in every layer, so that h_i = P[i, :] for i in the prefix
 * (eq. 3). Without {@link Projected} this is P-tuning v2 (Liu et al. 2021,
 * https://arxiv.org/abs/2110.07602). Equal to PEFT's tuners/prefix_tuning: what is kept is the
 * keys' and values' own, as they are after any turning by position; of T5 only the decoder's
 * attention to itself has a prefix, where the paper puts one before the encoder too.
 */
@Doc("Keys and values that learn, before every sequence in every layer (arXiv 2101.00190)")
public record PrefixTuning(
    @Doc(
            value = "How many virtual tokens there are",
            elsewhere = {"num_virtual_tokens", "prefix_length", "pre_seq_len"})
        @Default("20")
        int tokens,
    @Doc("Whether keys and values learn themselves (as in P-tuning v2) or through a projection")
        @Default("direct")
        Form form,
    @Doc(
            value = "Modules trained and saved whole, such as lm_head",
            elsewhere = {"modules_to_save"})
        @Default("[]")
        List<String> save)
    implements Peft {

  /** What learns. Letters: P virtual tokens, K = 2 L G D all keys and values of one. */
  @Doc("What learns")
  public sealed interface Form {
    /** The weights and the prefix that they give, (P, K). */
    record Built(List<Parameter> weights, Supplier<Tensor> rows) {}

    Built build(Site site, PrefixRows rows);

    Rate usualRate();

    /** The largest size of a tensor that it asks for, whatever the model. */
    default long widest() {
      return 0;
    }
  }

  /** The keys and values themselves. */
  @Doc("The keys and values themselves")
  public record Direct(
      @Doc("The tokens whose keys and values they begin as") @Default("vocabulary") Start start)
      implements Form {
    @Override
    public Built build(Site site, PrefixRows rows) {
      return table(rows.begin(start, site));
    }

    @Override
    public Rate usualRate() {
      return new Rate.Fixed(1e-2); // docs/methods/prefix-tuning.md
    }

    private static Built table(Tensor start) {
      Parameter table = new Parameter(VirtualTokens.TABLE, start);
      return new Built(List.of(table), table::value);
    }
  }

  /** P[i, :] = MLP(P'[i, :]) (section 4.3). */
  @Doc("Small vectors, from which two linear maps with a tanh between compute keys and values")
  public record Projected(
      @Doc(
              value = "Width between the maps; unset: as wide as the keys of one layer",
              elsewhere = {"encoder_hidden_size"})
          Optional<Integer> hidden)
      implements Form {
    public Projected {
      hidden.ifPresent(c -> Check.atLeast("prefix_tuning.form.projected.hidden", 1, c));
    }

    @Override
    public Rate usualRate() {
      return new Rate.Fixed(1e-3); // each weight of the last map moves every virtual token
    }

    @Override
    public long widest() {
      return hidden.orElse(0);
    }

    @Override
    public Built build(Site site, PrefixRows rows) {
      int width = rows.keys();
      int within = hidden.orElse(width);
      String at = PromptEncoder.AT + "transform.";
      Parameter table =
          new Parameter(VirtualTokens.TABLE, Start.normal(site, rows.tokens(), width));
      Affine first = Affine.drawn(site, at + "0", width, within);
      Affine second = Affine.drawn(site, at + "2", within, rows.width());
      List<Parameter> weights = new ArrayList<>(List.of(table));
      weights.addAll(Affine.weights(first, second));
      return new Built(weights, () -> second.apply(first.apply(table.value()).tanh()));
    }
  }

  public PrefixTuning {
    Check.atLeast("prefix_tuning.tokens", 1, tokens);
  }

  @Override
  public Rate usualRate() {
    return form.usualRate();
  }

  @Override
  public int virtualTokens() {
    return tokens;
  }

  @Override
  public long widest() {
    return Math.max(tokens, form.widest());
  }

  @Override
  public String prefix() {
    return "base_model.";
  }

  @Override
  public boolean encoded() {
    return form instanceof Projected;
  }

  @Override
  public Attachment attach(Site site) {
    Model model = site.model();
    Wholes.refuseUnknown(model, save, "prefix_tuning.save");
    List<Stack> stacks = model.frame().stacks();
    PrefixRows rows = PrefixRows.of(tokens, model);
    try (Scope scope = new Scope()) {
      boolean bare = site.start().bare().test(this);
      Form.Built built = (bare ? new Direct(new Start.Random()) : form).build(site, rows);
      Prefix prefix = new PrefixRows.Given(rows, built.rows());
      List<Change<?>> changes =
          List.of(new Change<>(stacks.get(stacks.size() - 1).prefix(), prefix));
      Attachment own = Attachment.of(changes, built.weights());
      return built.weights().size() == 1
          ? own.saving(List.of(Entry.of(VirtualTokens.GIVEN, built.weights().get(0))))
          : own.encoding(List.of(Entry.computed(VirtualTokens.GIVEN, built.rows())));
    }
  }
}
