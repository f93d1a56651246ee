package dev.luthier.model;

/**
 * Mistral (Jiang et al. 2023), equal to transformers' modeling_mistral.py: Llama whose tokens see
 * the last sliding_window tokens only.
 */
final class Mistral {
  private Mistral() {}

  static Trunk trunk(Parts parts) {
    Rope rope = Rope.of(parts.config());
    Sight sight = Windows.everywhere(parts.config());
    return Llama.trunk(
        parts,
        i -> {
          String at = "model.layers." + i + ".self_attn.";
          return new Attention(
              i,
              parts.separate(at, false),
              rope,
              parts.dot(),
              sight,
              parts.output(at + "o_proj", false));
        },
        false);
  }
}
