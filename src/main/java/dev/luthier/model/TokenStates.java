package dev.luthier.model;

import dev.luthier.error.UserError;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Sequences;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * What real tokens are to a stack of layers: where virtual ones may begin. Letters: P tokens, E
 * width of the table of tokens.
 */
public final class TokenStates {
  private final Embedding embedding;
  private final List<Block> blocks;

  TokenStates(Embedding embedding, List<Block> blocks) {
    this.embedding = embedding;
    this.blocks = blocks;
  }

  /** E, the width of what a {@link Prompt} gives. */
  public long width() {
    return ((Lookup) embedding.table().base()).weight().shape()[1];
  }

  /**
   * The tokens' embeddings as the layers would get them, scaled where the family scales: (P, E).
   */
  public Tensor embeddings(int[] ids, Model model) {
    try (AutoGradMode off = Ops.noGrad()) {
      Tensor rows = embedding.table().base().apply(tensor(ids, model).ids());
      return rows.to(ScalarType.Float).mul(Ops.scalar((float) embedding.scale()));
    }
  }

  /**
   * The keys and values that every layer makes of the tokens, as a {@link Prefix} gives them: a
   * sequence behind them is computed as if they stood before it.
   */
  public List<Prefix.KeysValues> keysValues(int[] ids, Model model) {
    try (AutoGradMode off = Ops.noGrad();
        KvCache cache =
            new KvCache(model.config(), model.compute(), blocks.size(), 1, ids.length)) {
      Widened tokens = Widened.of(tensor(ids, model), 0, model.compute());
      Layout layout = new Layout(tokens, cache, null, Prefix.NONE, model.compute());
      Tensor x = embedding.apply(layout, null, Prompt.NONE);
      for (Block block : blocks) {
        x = (block instanceof Block.Crossed c ? c.around() : block).apply(x, layout);
      }
      return IntStream.range(0, blocks.size())
          .mapToObj(i -> cache.held(i, ids.length))
          .map(s -> new Prefix.KeysValues(s.keys().clone(), s.values().clone()))
          .toList();
    }
  }

  /**
   * Keys of a layer turned by so many positions more.
   *
   * @param keys (N, G, D)
   * @throws UserError if how far a position turns depends on more than the position
   */
  public Tensor turned(Tensor keys, int layer, int by, Model model) {
    Rope rope = blocks.get(layer).attention().rope();
    if (rope == null) {
      return keys;
    }
    if (!List.of("default", "linear", "llama3").contains(rope.scaling().type())) {
      throw new UserError(
          "keys cannot be moved to other positions where rope_type is " + rope.scaling().type());
    }
    long[] positions = new long[(int) keys.size(0)];
    Arrays.fill(positions, by);
    Tensor at = Ops.longs(positions, model.compute());
    return rope.angles(at, Math.abs(by) + 1, model.compute()).rotate(keys);
  }

  private static Sequences tensor(int[] ids, Model model) {
    return Sequences.of(List.of(ids), model.compute());
  }
}
