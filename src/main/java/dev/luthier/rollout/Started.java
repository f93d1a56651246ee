package dev.luthier.rollout;

import dev.luthier.model.Decoding;
import dev.luthier.model.Generative;
import dev.luthier.model.Request;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Scope;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/** Prompts that were computed once, each for all of its samples. */
final class Started implements AutoCloseable {
  private final Generative model;
  private final Decoding state;
  private List<Request> prompts; // (P)
  private Tensor logits; // (P, V) of the first new token

  private Started(Generative model, Decoding state, List<Request> prompts, Tensor logits) {
    this.model = model;
    this.state = state;
    this.prompts = prompts;
    this.logits = logits;
  }

  /** Runs prompts; the same object is the same prompt. */
  static Started of(Generative model, List<Request> prompts) {
    int longest = prompts.stream().mapToInt(p -> p.tokens().length).max().orElseThrow();
    Decoding state = model.open(prompts.size(), longest, 0);
    try (Scope scope = new Scope()) {
      return new Started(model, state, prompts, scope.keep(state.begin(prompts)));
    } catch (RuntimeException e) {
      state.close();
      throw e;
    }
  }

  Decoding state() {
    return state;
  }

  boolean has(Running sample) {
    return prompts.stream().anyMatch(p -> p == sample.request());
  }

  /** The rows of the samples' prompts. */
  int[] rows(List<Running> samples) {
    return samples.stream().mapToInt(this::row).toArray();
  }

  private int row(Running sample) {
    int row = 0;
    while (prompts.get(row) != sample.request()) {
      row++;
    }
    return row;
  }

  /** The scores of the samples' first tokens, (R, V). */
  Tensor logits(List<Running> samples) {
    long[] rows = Arrays.stream(rows(samples)).asLongStream().toArray();
    return logits.index_select(0, Ops.longs(rows, model.compute()));
  }

  /** Forgets all but one prompt. */
  Started only(Running sample) {
    int row = rows(List.of(sample))[0];
    if (prompts.size() > 1) {
      try (Scope scope = new Scope()) {
        Tensor one = scope.keep(logits.narrow(0, row, 1).clone());
        Scope.free(logits);
        logits = one;
      }
      state.keep(new int[] {row});
      prompts = List.of(sample.request());
    }
    return this;
  }

  @Override
  public void close() {
    Scope.free(logits);
    state.close();
  }
}
