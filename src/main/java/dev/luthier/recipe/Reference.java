package dev.luthier.recipe;

import dev.luthier.data.Unpadded;
import dev.luthier.error.UserError;
import dev.luthier.io.Safetensors;
import dev.luthier.tensor.Ops;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.bytedeco.pytorch.Tensor;

/**
 * Another tool's batch and what it made of it, in a safetensors file.
 *
 * @param virtual how many virtual tokens may stand before every row of its logits
 */
record Reference(Path file, Safetensors io, int virtual) {
  private static final int NO_LABEL = -100;

  boolean has(String name) {
    return io.infos().containsKey(name);
  }

  Tensor tensor(String name) {
    return io.tensor(name);
  }

  /**
   * The real tokens of input_ids by attention_mask, and the labels where each belongs to a token.
   *
   * @throws UserError if there are no input_ids, or another tensor has not their shape
   */
  Unpadded unpadded(boolean labelsBesideTokens) {
    return unpadded(labelsBesideTokens, 0);
  }

  /** The same with virtual tokens before every row, whose ids mean nothing. */
  private Unpadded unpadded(boolean labelsBesideTokens, int before) {
    long[] shape = table("input_ids");
    int size = (int) (shape[0] * shape[1]);
    long[] mask = beside("attention_mask", shape, has("attention_mask"), filled(size, 1));
    long[] labels =
        beside("labels", shape, labelsBesideTokens && has("labels"), filled(size, NO_LABEL));
    int width = (int) shape[1];
    return Unpadded.of(
        behind(before, 0, Ops.toLongs(tensor("input_ids")), width),
        behind(before, 1, mask, width),
        behind(before, NO_LABEL, labels, width),
        before + width);
  }

  /** The rows of a table, each behind so many values. */
  private static long[] behind(int many, long value, long[] table, int width) {
    return IntStream.range(0, table.length / width)
        .mapToObj(b -> Arrays.copyOfRange(table, b * width, (b + 1) * width))
        .flatMapToLong(
            row -> LongStream.concat(Arrays.stream(filled(many, value)), Arrays.stream(row)))
        .toArray();
  }

  /** The batch with the virtual tokens that the logits have places for. */
  Unpadded widened() {
    return unpadded(true, places());
  }

  /** How many virtual tokens the logits have places for in every row. */
  int places() {
    return virtual > 0
            && has("logits")
            && tensor("logits").dim() == 3
            && tensor("logits").size(1) == virtual + table("input_ids")[1]
        ? virtual
        : 0;
  }

  private long[] beside(String name, long[] shape, boolean given, long[] otherwise) {
    if (given && !Arrays.equals(table(name), shape)) {
      throw new UserError(
          "%s: %s have shape %s, but input_ids %s"
              .formatted(file, name, Arrays.toString(table(name)), Arrays.toString(shape)));
    }
    return given ? Ops.toLongs(tensor(name)) : otherwise;
  }

  private static long[] filled(int size, long value) {
    long[] out = new long[size];
    Arrays.fill(out, value);
    return out;
  }

  /**
   * The rows of a tensor, whole.
   *
   * @throws UserError if it is not there or has not as many rows as input_ids
   */
  List<int[]> rows(String name) {
    long[] shape = table(name);
    if (shape[0] != table("input_ids")[0]) {
      throw new UserError(
          "%s: %s have %d rows, but input_ids %d"
              .formatted(file, name, shape[0], table("input_ids")[0]));
    }
    List<int[]> out = new ArrayList<>();
    for (long row = 0; row < shape[0]; row++) {
      long[] values = Ops.toLongs(tensor(name).select(0, row));
      out.add(Arrays.stream(values).mapToInt(Math::toIntExact).toArray());
    }
    return out;
  }

  private long[] table(String name) {
    if (!has(name) || tensor(name).dim() != 2 || tensor(name).numel() == 0) {
      throw new UserError("%s holds no %s of shape (rows, tokens)".formatted(file, name));
    }
    return Ops.shape(tensor(name));
  }

  /**
   * Another tool's logits, (B, T, V) -> (B T, V).
   *
   * @throws UserError if they are not for this vocabulary or for other tokens
   */
  Tensor logits(String name, long tokens, long vocabulary) {
    Tensor theirs = tensor(name);
    if (theirs.dim() == 3 && theirs.size(0) * (theirs.size(1) - virtual) == tokens) {
      theirs = theirs.narrow(1, virtual, theirs.size(1) - virtual); // T5's decoder behind a prompt
    }
    if (theirs.dim() != 3
        || theirs.size(2) != vocabulary
        || theirs.size(0) * theirs.size(1) != tokens) {
      throw new UserError(
          "the reference's %s have shape %s, but it has %d tokens and the model's vocabulary is %d"
              .formatted(name, Arrays.toString(Ops.shape(theirs)), tokens, vocabulary));
    }
    return theirs.reshape(tokens, vocabulary);
  }
}
