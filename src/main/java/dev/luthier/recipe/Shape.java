package dev.luthier.recipe;

import dev.luthier.error.Check;
import dev.luthier.error.UserError;
import dev.luthier.model.ModelConfig;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * The sizes of a decoder, which are all that a plan of memory needs of it.
 *
 * @param layers L
 * @param hidden H
 * @param inner width of the feed-forward part
 * @param heads of queries
 * @param kvHeads of keys and values
 * @param headDim width of a head
 * @param vocabulary V
 * @param tied whether table and head are one
 */
public record Shape(
    int layers,
    int hidden,
    int inner,
    int heads,
    int kvHeads,
    int headDim,
    int vocabulary,
    boolean tied) {
  /** Well-known decoders by the size that people call them by; from their config.json. */
  private static final Map<String, Shape> KNOWN = known();

  public Shape {
    Check.atLeast("layers", 1, layers);
    Check.atLeast("hidden", 1, hidden);
  }

  private static Map<String, Shape> known() {
    Map<String, Shape> out = new LinkedHashMap<>();
    out.put("0.5B", new Shape(24, 896, 4864, 14, 2, 64, 151_936, true)); // Qwen2.5-0.5B
    out.put("1B", new Shape(16, 2048, 8192, 32, 8, 64, 128_256, true)); // Llama-3.2-1B
    out.put("1.5B", new Shape(28, 1536, 8960, 12, 2, 128, 151_936, true)); // Qwen2.5-1.5B
    out.put("3B", new Shape(28, 3072, 8192, 24, 8, 128, 128_256, true)); // Llama-3.2-3B
    out.put("7B", new Shape(32, 4096, 14_336, 32, 8, 128, 32_000, false)); // Mistral-7B
    out.put("8B", new Shape(32, 4096, 14_336, 32, 8, 128, 128_256, false)); // Llama-3.1-8B
    out.put("13B", new Shape(40, 5120, 13_824, 40, 40, 128, 32_000, false)); // Llama-2-13B
    out.put("14B", new Shape(48, 5120, 13_824, 40, 8, 128, 152_064, false)); // Qwen2.5-14B
    out.put("32B", new Shape(64, 5120, 27_648, 40, 8, 128, 152_064, false)); // Qwen2.5-32B
    out.put("70B", new Shape(80, 8192, 28_672, 64, 8, 128, 128_256, false)); // Llama-3.1-70B
    return out;
  }

  /**
   * That of a size such as 8B.
   *
   * @throws UserError if no family is known by it
   */
  public static Shape of(String size) {
    Shape shape = KNOWN.get(size.strip().toUpperCase(Locale.ROOT));
    if (shape == null) {
      throw new UserError(
          "--model must be a model's folder or one of the sizes %s, was %s"
              .formatted(String.join(", ", KNOWN.keySet()), size));
    }
    return shape;
  }

  /** That of a folder; other families than gated decoders are taken as one of the same widths. */
  public static Shape of(Path folder) {
    ModelConfig config = ModelConfig.read(folder);
    int inner =
        config
            .json()
            .path("intermediate_size")
            .asInt(config.json().path("d_ff").asInt(4 * config.hiddenSize()));
    return new Shape(
        config.layers(),
        config.hiddenSize(),
        inner,
        config.heads(),
        config.kvHeads(),
        config.headDim(),
        config.vocabSize(),
        config.json().path("tie_word_embeddings").asBoolean(true));
  }

  /** How many weights it has. */
  public long weights() {
    long attention = (long) hidden * headDim * (2L * heads + 2L * kvHeads);
    long layer = attention + 3L * hidden * inner + 2L * hidden;
    return layers * layer + (tied ? 1L : 2L) * vocabulary * hidden + hidden;
  }

  /** Bytes of keys and values of one token, in 16 bits. */
  public long cacheBytes() {
    return 4L * layers * kvHeads * headDim;
  }

  /** Into how many equal parts its width can be cut, at most 8. */
  int units() {
    for (int units = 8; units > 1; units /= 2) {
      if (kvHeads % units == 0 && hidden % units == 0) {
        return units;
      }
    }
    return 1;
  }

  /**
   * One of so many parts of its width, with other layers: all sizes go with the number of parts.
   */
  Shape like(int parts, int depth) {
    int units = units();
    return new Shape(
        depth,
        hidden / units * parts,
        inner / units * parts,
        heads / units * parts,
        kvHeads / units * parts,
        headDim,
        vocabulary / units * parts,
        tied);
  }
}
