package dev.luthier.rollout;

import dev.luthier.error.UserError;
import dev.luthier.model.CausalLm;
import dev.luthier.model.KvCache;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Scope;
import dev.luthier.tensor.Sequences;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Lets a model write. Prompts of any lengths run together: one pass over all of them fills the KV
 * cache, then every step gives each running sequence one token, and those that ended leave the
 * cache. A sequence's random numbers follow from the seed and its own place in the call, so its
 * text does not hang on the others.
 *
 * <p>Letters: R running sequences, N tokens of a pass, H width, V vocabulary.
 */
public final class Generator {
  /**
   * When a completion ends.
   *
   * @param maxNewTokens it has so many tokens, at least 1
   * @param endTokens it drew one of these; none is allowed
   * @param stopStrings its text holds one of these, wherever token borders lie
   */
  public record Limits(int maxNewTokens, Set<Integer> endTokens, List<String> stopStrings) {
    /**
     * @throws UserError naming the value that is wrong
     */
    public Limits {
      endTokens = Set.copyOf(endTokens);
      stopStrings = List.copyOf(stopStrings);
      if (maxNewTokens < 1) {
        throw new UserError("max_new_tokens must be at least 1, was " + maxNewTokens);
      }
      if (stopStrings.contains("")) {
        throw new UserError("a stop string must not be empty");
      }
    }
  }

  private final CausalLm model;
  private final Decoder decoder;
  private final Sampler sampler;
  private final Sampling sampling;
  private final Limits limits;
  private final int maxBatch;

  /**
   * @param decoder makes text of tokens
   * @param maxBatch at most so many sequences run at once; more are split by length
   */
  public Generator(
      CausalLm model, Decoder decoder, Sampling sampling, Limits limits, int maxBatch) {
    if (maxBatch < 1) {
      throw new UserError("the generation batch must be at least 1, was " + maxBatch);
    }
    this.model = model;
    this.decoder = decoder;
    this.sampler = new Sampler(sampling);
    this.sampling = sampling;
    this.limits = limits;
    this.maxBatch = maxBatch;
  }

  /** One completion for each prompt, in their order. */
  public List<Completion> generate(List<int[]> prompts, long seed) {
    return generate(prompts, 1, seed, null);
  }

  /**
   * Several completions for each prompt: those of the first prompt, those of the second and so on.
   *
   * @throws UserError if a prompt is empty, has an unknown token or fills the model's context
   */
  public List<Completion> generate(List<int[]> prompts, int samples, long seed) {
    return generate(prompts, samples, seed, null);
  }

  /** The same, with somebody listening, or nobody. */
  public List<Completion> generate(
      List<int[]> prompts, int samples, long seed, @Nullable Listener listener) {
    if (samples < 1) {
      throw new UserError("samples for each prompt must be at least 1, was " + samples);
    }
    int context = model.config().maxPositions();
    List<Running> all = new ArrayList<>();
    for (int p = 0; p < prompts.size(); p++) {
      check(p, prompts.get(p));
      for (int s = 0; s < samples; s++) {
        all.add(new Running(all.size(), prompts.get(p), context, limits, decoder));
      }
    }
    List<Running> byLength = new ArrayList<>(all);
    byLength.sort(Comparator.comparingInt(Running::longest)); // stable: samples stay together
    for (int from = 0; from < byLength.size(); from += maxBatch) {
      complete(byLength.subList(from, Math.min(from + maxBatch, byLength.size())), seed, listener);
    }
    return all.stream().map(Running::completion).toList();
  }

  private void check(int index, int[] prompt) {
    int context = model.config().maxPositions();
    int vocabulary = model.config().vocabSize();
    if (prompt.length == 0) {
      throw new UserError(
          "prompt %d has no tokens; begin it with the model's first token".formatted(index));
    }
    if (prompt.length >= context) {
      throw new UserError(
          "prompt %d has %d tokens, which leaves no room in the model's context of %d; shorten it"
              .formatted(index, prompt.length, context));
    }
    for (int id : prompt) {
      if (id < 0 || id >= vocabulary) {
        throw new UserError(
            "prompt %d has the token %d, but the vocabulary ends at %d; use the model's own tokenizer"
                .formatted(index, id, vocabulary - 1));
      }
    }
  }

  private void complete(List<Running> batch, long seed, @Nullable Listener listener) {
    int capacity = batch.stream().mapToInt(Running::longest).max().orElseThrow();
    try (AutoGradMode off = Ops.noGrad();
        Scope scope = new Scope();
        KvCache cache = model.cache(batch.size(), capacity)) {
      List<Running> running = batch;
      List<int[]> next = running.stream().map(Running::prompt).toList();
      while (true) {
        Sampler.Draw draw = step(running, next, cache, seed);
        for (int row = 0; row < running.size(); row++) {
          running.get(row).take(draw, row, listener != null);
          tell(running.get(row), listener);
        }
        running = drop(running, cache);
        if (running.isEmpty()) {
          return;
        }
        next = running.stream().map(r -> new int[] {r.last()}).toList();
      }
    }
  }

  /**
   * One pass over the next tokens of every running sequence, and the draw behind the last of each.
   * The first pass has the whole prompts. Samples of one prompt each run it; to share that, fill a
   * cache with each prompt once and repeat its rows.
   */
  private Sampler.Draw step(List<Running> running, List<int[]> next, KvCache cache, long seed) {
    try (Scope scope = new Scope()) {
      Sequences tokens = Sequences.of(next, model.compute());
      Tensor hidden = model.hidden(tokens, cache); // (N, H)
      if (tokens.tokens() > running.size()) {
        hidden = hidden.index_select(0, lasts(tokens)); // (R, H)
      }
      return sampler.draw(
          model.logits(hidden),
          sampling.repetitionPenalty() == 1
              ? List.of()
              : running.stream().map(Running::seen).toList(),
          running.stream().mapToDouble(r -> Sampler.uniform(seed, r.index(), r.drawn())).toArray());
    }
  }

  private Tensor lasts(Sequences tokens) {
    long[] ends = Arrays.stream(tokens.lengths()).asLongStream().toArray();
    Arrays.parallelPrefix(ends, Long::sum);
    return Ops.longs(Arrays.stream(ends).map(e -> e - 1).toArray(), model.compute());
  }

  private static void tell(Running sequence, @Nullable Listener listener) {
    String text = listener == null ? "" : sequence.newText();
    if (listener != null && !text.isEmpty()) {
      listener.text(sequence.index(), text);
    }
  }

  private static List<Running> drop(List<Running> running, KvCache cache) {
    int[] rows =
        IntStream.range(0, running.size()).filter(r -> !running.get(r).finished()).toArray();
    if (rows.length > 0 && rows.length < running.size()) {
      cache.keep(rows);
    }
    return Arrays.stream(rows).mapToObj(running::get).toList();
  }
}
