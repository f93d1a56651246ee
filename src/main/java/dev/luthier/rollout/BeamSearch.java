package dev.luthier.rollout;

import dev.luthier.error.UserError;
import dev.luthier.model.Decoding;
import dev.luthier.model.Generative;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Scope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Beam search: of all continuations of the best hypotheses, the best are followed further. The
 * results and scores are those of transformers' {@code generate(num_beams=k, do_sample=False)}.
 * Prompts run together, k rows each, as many as the budget has rows for.
 *
 * <p>Letters: S searches, K running hypotheses of each, V vocabulary, C candidates.
 */
public final class BeamSearch {
  /** A result: the sum of its log-probabilities, weighted by its length. */
  public record Beam(Completion completion, double score) {}

  /**
   * @param beams the best hypotheses of each prompt, the best first
   * @param usage what finding them took
   */
  public record Found(List<List<Beam>> beams, Generation.Usage usage) {}

  private final Generative model;
  private final Decoder decoder;
  private final Beams beams;
  private final Generator.Limits limits;
  private final Budget budget;

  /**
   * @throws UserError if the limits have stop strings: a hypothesis ends at an end token
   */
  public BeamSearch(
      Generative model, Decoder decoder, Beams beams, Generator.Limits limits, Budget budget) {
    if (!limits.stopStrings().isEmpty()) {
      throw new UserError("beam search ends at end tokens only; leave out the stop strings");
    }
    this.model = model;
    this.decoder = decoder;
    this.beams = beams;
    this.limits = limits;
    this.budget = budget;
  }

  /**
   * The best hypotheses of each prompt, the best first.
   *
   * @throws UserError if a prompt is empty, has an unknown token, fills the model's context or
   *     needs more memory than the budget has
   */
  public Found search(List<int[]> prompts) {
    List<Search> all = new ArrayList<>();
    for (int p = 0; p < prompts.size(); p++) {
      Prompts.check(model, p, prompts.get(p));
      all.add(new Search(p, prompts.get(p)));
    }
    Tally tally = new Tally();
    try (AutoGradMode off = Ops.noGrad();
        Scope scope = new Scope()) {
      for (int from = 0; from < all.size(); ) {
        from += together(all.subList(from, all.size()), tally);
      }
    }
    return new Found(all.stream().map(Search::results).toList(), tally.usage());
  }

  /** Runs the first of the searches, as many as fit. */
  private int together(List<Search> searches, Tally tally) {
    int prompt = searches.stream().mapToInt(s -> s.prompt.length).max().orElseThrow();
    int more = searches.stream().mapToInt(s -> s.most).max().orElseThrow();
    int rows =
        budget.fitting(model, "prompt " + searches.get(0).index, prompt, more, beams.width());
    List<Search> active =
        new ArrayList<>(searches.subList(0, Math.min(searches.size(), rows / beams.width())));
    int count = active.size();
    try (Decoding state = model.open(count * beams.width(), prompt, more)) {
      active.forEach(search -> tally.started(search.prompt.length));
      try (Scope scope = new Scope()) {
        advance(active, state, state.start(active.stream().map(s -> s.prompt).toList()));
      }
      while (!active.isEmpty()) {
        tally.stepped(state.rows());
        tally.holding(state.bytes());
        try (Scope scope = new Scope()) {
          advance(active, state, state.next(tokens(active)));
        }
      }
    }
    return count;
  }

  private static int[] tokens(List<Search> active) {
    return active.stream()
        .flatMap(s -> s.state.running().stream())
        .mapToInt(BeamState.Hypothesis::token)
        .toArray();
  }

  /** One step of every search, of which those that are done leave with their rows. */
  private void advance(List<Search> active, Decoding state, Tensor logits) {
    Tensor logProbs = torch.log_softmax(logits, -1); // (S K, V)
    List<Integer> rows = new ArrayList<>();
    int row = 0;
    for (Search search : active) {
      int running = search.state.running().size();
      search.state.step(candidates(search.state, logProbs.narrow(0, row, running)));
      if (!search.state.done()) {
        for (int parent : search.state.parents()) {
          rows.add(row + parent);
        }
      }
      row += running;
    }
    active.removeIf(s -> s.state.done());
    if (!active.isEmpty()) {
      state.keep(rows.stream().mapToInt(Integer::intValue).toArray());
    }
  }

  /** The best continuations of one search, (K, V) -> C. */
  private List<BeamState.Candidate> candidates(BeamState state, Tensor logProbs) {
    List<BeamState.Hypothesis> running = state.running();
    float[] sums = new float[running.size()];
    for (int i = 0; i < sums.length; i++) {
      sums[i] = running.get(i).sum();
    }
    Tensor all = logProbs.add(Ops.floats(sums, model.compute()).unsqueeze(1)).view(-1); // (K V)
    long most = Math.min(BeamState.candidates(beams, limits.endTokens()), all.numel());
    T_TensorTensor_T best = all.topk(most);
    float[] values = Ops.toFloats(best.get0());
    long[] places = Ops.toLongs(best.get1());
    float[] drawn = Ops.toFloats(logProbs.reshape(-1).take(best.get1()));
    long vocabulary = logProbs.size(1);
    List<BeamState.Candidate> out = new ArrayList<>();
    for (int i = 0; i < values.length; i++) {
      if (Float.isNaN(values[i])) {
        throw new IllegalStateException("the model's logits are not finite");
      }
      out.add(
          new BeamState.Candidate(
              (int) (places[i] / vocabulary), (int) (places[i] % vocabulary), values[i], drawn[i]));
    }
    return out;
  }

  /** A prompt and its search. */
  private final class Search {
    private final int index;
    private final int[] prompt;
    private final int most;
    private final BeamState state;

    Search(int index, int[] prompt) {
      this.index = index;
      this.prompt = prompt;
      this.most = Math.min(limits.maxNewTokens(), model.room(prompt.length));
      this.state = new BeamState(beams, limits.endTokens(), most);
    }

    List<Beam> results() {
      return state.results().stream()
          .map(s -> new Beam(completion(s.hypothesis()), s.score()))
          .toList();
    }

    private Completion completion(BeamState.Hypothesis h) {
      int[] ids = h.ids();
      CompletionText text = new CompletionText(decoder, prompt, List.of());
      Arrays.stream(h.ended() ? Arrays.copyOf(ids, ids.length - 1) : ids).forEach(text::add);
      text.finish();
      return new Completion(
          ids,
          text.text(),
          h.logProbs(),
          new float[ids.length],
          h.ended() ? Completion.Finish.END : Completion.Finish.LENGTH);
    }
  }
}
