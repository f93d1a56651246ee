package dev.luthier.model;

import dev.luthier.error.UserError;
import dev.luthier.tensor.Parameter;
import java.util.ArrayList;
import java.util.List;

/**
 * T5 and T5 1.1 (Raffel et al. 2020) and mT5 (Xue et al. 2021), equal to transformers'
 * modeling_t5.py and modeling_mt5.py: two stacks over one table, whose head may be that table too.
 */
final class T5 {
  private static final int NO_LABEL = -100;
  private static final String SHARED = "shared";
  private static final String HEAD = "lm_head";
  private static final String FIRST = "t5";
  private static final List<String> COPIES =
      List.of("encoder.embed_tokens.weight", "decoder.embed_tokens.weight");

  private T5() {}

  static boolean isOne(ModelConfig config) {
    return List.of(FIRST, "mt5").contains(config.modelType());
  }

  static int decoderLayers(ModelConfig config) {
    return config.integer("num_decoder_layers", config.layers());
  }

  /**
   * The start token and the labels but the last, equal to transformers' _shift_right.
   *
   * @param pad what stands for -100
   */
  static int[] shiftRight(int[] labels, int start, int pad) {
    int[] out = new int[labels.length];
    for (int i = 0; i < out.length; i++) {
      int before = i == 0 ? start : labels[i - 1];
      out[i] = before == NO_LABEL ? pad : before;
    }
    return out;
  }

  /** What stands for labels that there are not. */
  static int pad(ModelConfig config) {
    return config
        .padId()
        .orElseThrow(
            () ->
                new UserError(
                    config.file() + ": pad_token_id is missing; labels of -100 become it"));
  }

  /** The token that the decoder begins with. */
  static int start(ModelConfig config) {
    int start = config.json().path("decoder_start_token_id").asInt(-1);
    if (start < 0 || start >= config.vocabSize()) {
      throw new UserError(
          "%s: decoder_start_token_id must be a token, 0 to %d, was %s; T5's is its pad_token_id"
              .formatted(
                  config.file(),
                  config.vocabSize() - 1,
                  ModelConfig.shown(config.json().path("decoder_start_token_id"))));
    }
    return start;
  }

  static Seq2Seq model(ModelConfig config, Weights weights) {
    if (config.flag("is_decoder", false) || !config.flag("is_encoder_decoder", true)) {
      throw new UserError(
          config.file()
              + ": is_decoder true or is_encoder_decoder false, one half of T5, is not built; only both halves are");
    }
    Parts parts = new Parts(config, weights);
    Slot shared = shared(parts);
    T5Stack.Encoder encoder = T5Stack.encoder(parts, shared);
    T5Stack.Decoder decoder = T5Stack.decoder(parts, shared);
    Slot head = head(parts, shared);
    weights.ignore("decoder.block.0.layer.1.EncDecAttention.relative_attention_bias.weight");
    List<Slot> slots = new ArrayList<>(List.of(shared));
    slots.addAll(encoder.slots());
    slots.addAll(decoder.slots());
    slots.add(head);
    boolean tied = ((Linear) head.base()).weight() == weight(shared);
    return new Seq2Seq(
        Frame.of(
            resolved(config, tied),
            weights,
            slots,
            head,
            List.of(encoder.trunk().stack(), decoder.trunk().stack())),
        encoder,
        decoder,
        head,
        scaled(config) ? 1 / Math.sqrt(config.hiddenSize()) : 1);
  }

  /** The table under whichever of its names the files have it; its copies must be copies. */
  private static Slot shared(Parts parts) {
    Weights weights = parts.weights();
    String name = SHARED + ".weight";
    if (!weights.has(name)) {
      COPIES.stream().filter(weights::has).findFirst().ifPresent(c -> weights.readAs(name, c));
    }
    Slot table = parts.table(SHARED, parts.config().vocabSize(), parts.config().hiddenSize(), -1);
    for (String copy : COPIES) {
      if (weights.differs(copy, weight(table))) {
        throw new UserError(
            "%s: %s differs from %s, but a stack with a table of its own is not built"
                .formatted(parts.config().file().getParent(), copy, name));
      }
      weights.ignore(copy);
    }
    return table;
  }

  private static Parameter weight(Slot table) {
    return ((Lookup) table.base()).weight();
  }

  /**
   * A head of its own where the files have one that differs from the table, whatever config.json
   * says: as transformers since version 5.
   */
  private static Slot head(Parts parts, Slot shared) {
    if (parts.weights().differs(HEAD + ".weight", weight(shared))) {
      return parts.outputs(HEAD, false, parts.config().vocabSize(), parts.config().hiddenSize());
    }
    parts.weights().ignore(HEAD + ".weight");
    return new Slot(HEAD, FrozenLinear.over(new Dense(weight(shared), null)));
  }

  /** Whether the head sees states / sqrt(H): so in T5, unless config.json unties its head. */
  private static boolean scaled(ModelConfig config) {
    return config.modelType().equals(FIRST)
        && config.flag("scale_decoder_outputs", config.flag("tie_word_embeddings", true));
  }

  /** What the files were found to be, so that a saved folder says so. */
  private static ModelConfig resolved(ModelConfig config, boolean tied) {
    boolean scaled = scaled(config);
    return config.with(
        json -> {
          json.put("tie_word_embeddings", tied);
          if (config.modelType().equals(FIRST)) {
            json.put("scale_decoder_outputs", scaled);
          }
        });
  }
}
