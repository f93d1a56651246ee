package dev.luthier.rollout;

import dev.luthier.error.UserError;
import dev.luthier.model.CausalLm;
import dev.luthier.model.Generative;
import dev.luthier.model.Request;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Scope;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import org.bytedeco.pytorch.AutoGradMode;
import org.jspecify.annotations.Nullable;

/**
 * Lets a model write. Prompts of any lengths run together in a {@link ContinuousBatch}, as many as
 * the {@link Budget} allows. A sequence's random numbers follow from the seed and its own place in
 * the call, so its text does not hang on the others, but for a draw on the very border of two
 * tokens, which the last bits of a sum in another order may decide.
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

  private final Generative model;
  private final Decoder decoder;
  private final Sampling sampling;
  private final Limits limits;
  private final Budget budget;

  /**
   * @param decoder makes text of tokens
   */
  public Generator(
      Generative model, Decoder decoder, Sampling sampling, Limits limits, Budget budget) {
    this.model = model;
    this.decoder = decoder;
    this.sampling = sampling;
    this.limits = limits;
    this.budget = budget;
  }

  /**
   * A decoder with the usual memory for keys and values.
   *
   * @param maxBatch at most so many sequences run at once
   */
  public Generator(
      CausalLm model, Decoder decoder, Sampling sampling, Limits limits, int maxBatch) {
    this(Generative.of(model), decoder, sampling, limits, Budget.rows(maxBatch));
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
    return run(prompts, samples, seed, listener).completions();
  }

  /** The same, with what it took. */
  public Generation run(List<int[]> prompts, int samples, long seed, @Nullable Listener listener) {
    return answer(prompts.stream().map(Request::of).toList(), samples, seed, listener);
  }

  /** The same, each with the adapter that it names. */
  public Generation answer(
      List<Request> requests, int samples, long seed, @Nullable Listener listener) {
    if (samples < 1) {
      throw new UserError("samples for each prompt must be at least 1, was " + samples);
    }
    List<Running> all = new ArrayList<>();
    for (int p = 0; p < requests.size(); p++) {
      int[] prompt = requests.get(p).tokens().clone();
      Request request = new Request(prompt, requests.get(p).adapter()); // one for all its samples
      Prompts.check(model, p, prompt);
      model.check(request);
      for (int s = 0; s < samples; s++) {
        all.add(new Running(all.size(), request, model.room(prompt.length), limits, decoder));
      }
    }
    Draws draws = new Draws(sampling, seed, listener);
    Tally tally = new Tally();
    try (AutoGradMode off = Ops.noGrad();
        Scope scope = new Scope()) {
      List<Running> rest = new ArrayList<>(all);
      rest.sort(Comparator.comparingInt(Generator::longest).reversed()); // stable
      while (!rest.isEmpty()) {
        Running first = rest.get(0);
        int rows = fitting(first);
        List<Running> set = rest.subList(0, together(rest, rows));
        try (ContinuousBatch batch = new ContinuousBatch(model, draws, tally, rows, set)) {
          batch.run();
        }
        set.clear();
      }
    }
    return new Generation(all.stream().map(Running::completion).toList(), tally.usage());
  }

  /**
   * How many of the sequences, longest first, share a cache: all where memory does not limit them,
   * else those that are more than half as long as the first, so that short ones run in more rows.
   */
  private int together(List<Running> rest, int rows) {
    int end = rest.size();
    while (rows < Math.min(budget.rows(), end)
        && 2 * longest(rest.get(end - 1)) <= longest(rest.get(0))) {
      end--;
    }
    return end;
  }

  private int fitting(Running first) {
    return budget.fitting(
        model, "sequence " + first.index(), first.request().tokens().length, first.most(), 1);
  }

  private static int longest(Running sequence) {
    return sequence.request().tokens().length + sequence.most();
  }
}
