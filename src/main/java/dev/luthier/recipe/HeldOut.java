package dev.luthier.recipe;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.error.Check;
import dev.luthier.error.UserError;
import dev.luthier.rollout.Sampling;
import java.io.PrintWriter;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What is measured after each stage, so that the gain of each shows. */
@Doc("Greedy answers to held-out prompts after each stage that leaves a model that writes")
public record HeldOut(
    @Doc("The rows whose prompts are answered") Asks data,
    @Doc("What answers are worth: scorers, each under a name of your own")
        Map<String, Scorer> scorers,
    @Doc("Longest answer in tokens") @Default("128") int maxNewTokens) {
  private static final long CACHE_BYTES = 2L << 30;

  public HeldOut {
    scorers = Collections.unmodifiableMap(new LinkedHashMap<>(scorers)); // in their order
    Check.atLeast("report.max_new_tokens", 1, maxNewTokens);
    if (scorers.isEmpty()) {
      throw new UserError(
          "report.scorers must name what answers are worth, such as { right: exact_match }, was empty");
    }
    scorers.forEach(
        (name, scorer) -> {
          if (!scorer.scoresWritten()) {
            throw new UserError(
                "report.scorers.%s is %s, which scores answers of the file, but these are the model's own"
                    .formatted(name, Schema.name(scorer)));
          }
        });
  }

  /** What is asked. */
  List<Exam.Question> questions(PrintWriter notes) {
    return data.questions(notes, scorers.values());
  }

  Writer.Manner manner() {
    return new Writer.Manner(Sampling.GREEDY, maxNewTokens, List.of(), 0, CACHE_BYTES);
  }
}
