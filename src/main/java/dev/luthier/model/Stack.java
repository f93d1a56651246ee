package dev.luthier.model;

import dev.luthier.tensor.Activations;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The places of one stack of layers that hold no weights. A decoder or an encoder is one stack; T5
 * is two.
 *
 * @param tokens what real tokens are to it
 * @param prompt virtual tokens before every sequence
 * @param prefix virtual keys and values before every sequence
 * @param entry behind the embedding of tokens
 * @param call what is being computed
 * @param activations what its layers keep for the backward pass
 */
public record Stack(
    TokenStates tokens,
    Seat<Prompt> prompt,
    Seat<Prefix> prefix,
    Seat<Projection> entry,
    Call call,
    Activations activations,
    List<Layer> layers) {
  /**
   * The places of one layer.
   *
   * @param path its name in Hugging Face's model, such as model.layers.0
   * @param beside called as the attention is, such as model.layers.0.self_attn
   * @param afterCross only in a decoder that sees a source
   */
  public record Layer(
      String path,
      Seat<Beside> beside,
      Seat<Joint> afterAttention,
      @Nullable Seat<Joint> afterCross,
      Seat<Joint> afterMlp) {
    /**
     * @param output the path of the layer's output map
     */
    static Layer at(String output) {
      String path = output.replaceFirst("^(.*?\\.\\d+)\\..*$", "$1");
      return new Layer(
          path,
          new Seat<>(output.substring(0, output.lastIndexOf('.')), Beside.NONE),
          new Seat<>(path + ":attention", Joint.PLAIN),
          null,
          new Seat<>(path + ":mlp", Joint.PLAIN));
    }

    Layer crossing(Seat<Joint> joint) {
      return new Layer(path, beside, afterAttention, joint, afterMlp);
    }
  }

  static Stack of(Embedding embedding, List<Block> blocks) {
    List<Layer> layers = blocks.stream().map(Block::seats).toList();
    String path = layers.get(0).path().replaceFirst("\\.[^.]*\\.\\d+$", "");
    return new Stack(
        new TokenStates(embedding, blocks),
        new Seat<>(path + ":prompt", Prompt.NONE),
        new Seat<>(path + ":prefix", Prefix.NONE),
        new Seat<>(path + ":entry", x -> x),
        new Call(),
        new Activations(),
        layers);
  }

  /** How many virtual tokens stand before every sequence in the cache. */
  int virtualTokens() {
    return prompt.current().length() + prefix.current().length();
  }
}
