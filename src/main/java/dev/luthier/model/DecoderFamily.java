package dev.luthier.model;

import dev.luthier.error.UserError;
import dev.luthier.tensor.Parameter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * What the files of a decoder family call things.
 *
 * @param prefix what models with a head put before the names of the model below
 * @param trunk builds what is below the head
 */
record DecoderFamily(String prefix, Function<Parts, Trunk> trunk) implements Family {
  static final String HEAD = "lm_head";
  private static final Map<String, DecoderFamily> KNOWN =
      new TreeMap<>(
          Map.ofEntries(
              Map.entry("llama", new DecoderFamily("model.", Llama::trunk)),
              Map.entry("mistral", new DecoderFamily("model.", Mistral::trunk)),
              Map.entry("qwen2", new DecoderFamily("model.", Qwen::second)),
              Map.entry("qwen3", new DecoderFamily("model.", Qwen::third)),
              Map.entry("gemma2", new DecoderFamily("model.", Gemma::second)),
              Map.entry("gemma3_text", new DecoderFamily("model.", Gemma::third)),
              Map.entry("phi3", new DecoderFamily("model.", Phi3::trunk)),
              Map.entry("smollm3", new DecoderFamily("model.", SmolLm3::trunk)),
              Map.entry("olmo2", new DecoderFamily("model.", Olmo2::trunk)),
              Map.entry("gpt2", new DecoderFamily("transformer.", Gpt2::trunk)),
              Map.entry("gpt_neox", new DecoderFamily("gpt_neox.", GptNeoX::trunk)),
              Map.entry("opt", new DecoderFamily("model.", Opt::trunk))));

  /**
   * @throws UserError if config.json names no decoder that is built
   */
  static DecoderFamily of(ModelConfig config) {
    DecoderFamily found = KNOWN.get(config.modelType());
    if (found == null) {
      throw new UserError(
          "%s: model_type \"%s\" is not built as a decoder; known are %s"
              .formatted(config.file(), config.modelType(), String.join(", ", KNOWN.keySet())));
    }
    return found;
  }

  static boolean has(ModelConfig config) {
    return KNOWN.containsKey(config.modelType());
  }

  @Override
  public Trunk below(Parts parts) {
    return trunk.apply(parts);
  }

  @Override
  public SequenceHead scorer(HeadParts parts, int labels) {
    ModelConfig config = parts.parts().config();
    return new SequenceHead.Last(
        parts.linear("score", false, labels, width(config)), config.padId().orElse(-1));
  }

  @Override
  public TokenHead tagger(HeadParts parts, int labels) {
    ModelConfig config = parts.parts().config();
    double rate = config.number("classifier_dropout", config.number("hidden_dropout", 0.1));
    return new TokenHead(
        parts.parts().weights().dropout().at(rate),
        parts.linear(tags(config), true, labels, width(config)));
  }

  private static String tags(ModelConfig config) {
    return config.modelType().startsWith("gpt") ? "classifier" : "score";
  }

  /** The width of the states, which in OPT is that of the table. */
  private static long width(ModelConfig config) {
    return config.integer("word_embed_proj_dim", config.hiddenSize());
  }

  CausalLm causal(ModelConfig config, Weights weights) {
    Parts parts = new Parts(config, weights);
    Trunk below = trunk.apply(parts);
    Slot table = below.embedding().table();
    long width = ((Lookup) table.base()).weight().shape()[1];
    Parameter rows = ((Lookup) table.base()).weight();
    Slot out;
    String own = HEAD + ".weight";
    if (config.tied() && !weights.differs(own, rows)) {
      weights.ignore(own);
      out = new Slot(HEAD, FrozenLinear.over(new Dense(rows, null)));
    } else { // transformers too leaves two matrices apart where a file holds both and they differ
      out = parts.outputs(HEAD, false, config.vocabSize(), width);
    }
    List<Slot> slots = new ArrayList<>(below.slots());
    slots.add(out);
    return new CausalLm(
        Frame.of(config, weights, slots, out, List.of(below.stack())),
        below,
        out,
        config.number("final_logit_softcapping", 0));
  }
}
