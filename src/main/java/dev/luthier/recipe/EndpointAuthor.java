package dev.luthier.recipe;

import dev.luthier.data.PromptRow;
import dev.luthier.endpoint.ChatClient;
import dev.luthier.endpoint.CompletionReply;
import dev.luthier.endpoint.CompletionRequest;
import dev.luthier.error.UserError;
import dev.luthier.io.Journal;
import dev.luthier.rollout.Completion;
import dev.luthier.tensor.Seed;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * A server that answers prompts. What it answered is kept until some rollouts later, so that a run
 * that is broken off amid a rollout asks for the rest alone.
 *
 * @param reading makes tokens of what it says
 * @param kept folder in the run's directory
 * @param model what requests call the policy by, where it is told of it
 * @param notes hears, once, what is worth a line
 */
record EndpointAuthor(
    ModelFolder folder,
    RolloutSpec spec,
    AnsweredBy.Remote by,
    ChatClient client,
    EndpointReading reading,
    Path kept,
    Supplier<Optional<String>> model,
    Consumer<String> notes)
    implements Author {
  private static final int ROLLOUTS = 32; // that are kept
  private static final long SEEDS = Integer.MAX_VALUE; // what servers take

  @Override
  public List<Completion> answers(List<PromptRow> prompts, long draws) {
    List<CompletionRequest> requests = new ArrayList<>();
    for (int p = 0; p < prompts.size(); p++) {
      int each = by.together() ? spec.samples() : 1;
      for (int s = 0; s < spec.samples(); s += each) {
        requests.add(request(prompts.get(p).ids(), each, Seed.of(draws, p, s)));
      }
    }
    AtomicReference<String> problem = new AtomicReference<>("gives no answers");
    List<CompletionReply.Choice> choices = new ArrayList<>();
    try (Journal journal = KeptAnswers.open(kept, draws, ROLLOUTS)) {
      List<Optional<CompletionReply>> replies =
          client.ask(journal, requests, reply -> readable(reply, problem));
      for (Optional<CompletionReply> reply : replies) {
        choices.addAll(reply.orElseThrow(() -> wrong(String.valueOf(problem.get()))).choices());
      }
    }
    List<Completion> out = choices.stream().map(reading::completion).toList();
    tell(choices, out);
    return out;
  }

  private CompletionRequest request(int[] prompt, int count, long seed) {
    return new CompletionRequest(
        by.tokens() == AnsweredBy.Tokens.IDS ? "" : text(prompt),
        by.tokens() == AnsweredBy.Tokens.IDS ? prompt : new int[0],
        folder.endTokens(),
        new CompletionRequest.Manner(
            spec.temperature(), spec.topK(), spec.topP(), spec.maxNewTokens(), by.tells()),
        count,
        Math.floorMod(seed, SEEDS),
        model.get());
  }

  /** Without the token that servers put before a text themselves. */
  private String text(int[] prompt) {
    boolean begun = folder.tokenizer().bos().stream().anyMatch(bos -> bos == prompt[0]);
    int from = begun && prompt.length > 1 ? 1 : 0;
    return folder.tokenizer().decode(Arrays.copyOfRange(prompt, from, prompt.length), false);
  }

  private boolean readable(CompletionReply reply, AtomicReference<String> problem) {
    int wanted = by.together() ? spec.samples() : 1;
    if (reply.choices().size() != wanted) {
      problem.set(
          "gives %d answers where %d were asked for; set by.endpoint.together: false"
              .formatted(reply.choices().size(), wanted));
      return false;
    }
    for (CompletionReply.Choice choice : reply.choices()) {
      String wrong = reading.problem(choice);
      if (!wrong.isEmpty()) {
        problem.set(wrong);
        return false;
      }
    }
    return true;
  }

  private UserError wrong(String what) {
    return new UserError("%s %s".formatted(by.server().url(), what));
  }

  private void tell(List<CompletionReply.Choice> choices, List<Completion> answers) {
    int odd = 0;
    int tokens = 0;
    int untold = 0;
    for (int i = 0; i < answers.size(); i++) {
      odd += reading.odd(choices.get(i), answers.get(i)) ? 1 : 0;
      for (float logProb : answers.get(i).logProbs()) {
        tokens++;
        untold += Float.isNaN(logProb) ? 1 : 0;
      }
    }
    if (odd > 0) {
      notes.accept(
          "of %d answers of the endpoint %d are another text in the model's tokens"
              .formatted(answers.size(), odd));
    }
    if (untold > 0) {
      notes.accept(
          "the endpoint tells no log-probability of %d of %d tokens: their ratio is taken against the policy's own, as if it had written them"
              .formatted(untold, tokens));
    }
  }

  /** (M) what the server says, unless what it says is corrected for by itself. */
  @Override
  public float[] old(Rollout bare) {
    return spec.corrected().isPresent() ? new float[0] : bare.written();
  }

  /** Asks for answers to one prompt, to see that somebody is there who understands. */
  void check(PromptRow prompt) {
    CompletionRequest asked = request(prompt.ids(), by.together() ? spec.samples() : 1, 0);
    AtomicReference<String> problem = new AtomicReference<>("");
    if (!readable(client.told(asked), problem)) {
      throw wrong(String.valueOf(problem.get()));
    }
  }
}
