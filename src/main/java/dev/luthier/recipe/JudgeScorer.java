package dev.luthier.recipe;

import dev.luthier.data.Example;
import dev.luthier.doc.Doc;
import dev.luthier.doc.Name;
import dev.luthier.error.UserError;
import dev.luthier.judge.Oracle;
import dev.luthier.judge.RubricJudge;
import dev.luthier.judge.Way;
import dev.luthier.reward.Asked;
import dev.luthier.reward.Reward;
import dev.luthier.reward.Score;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A judge that grades answers, as a reward: the expectation of the grade, from 0 to 1 (Lee et al.
 * 2023, https://arxiv.org/abs/2309.00267, section 2.2.2, direct RLAIF).
 */
@Name("judge")
@Doc("A judge's grade, its expectation scaled to go from 0 to 1; the judge needs `way: rubric`")
record JudgeScorer(@Doc("The model that judges, and how it is asked") JudgeText by)
    implements Scorer {
  JudgeScorer {
    if (!(by.judge() instanceof JudgeSpec.Asking asking && asking.way() instanceof Way.Rubric)) {
      throw new UserError(
          "judge.by grades single answers, so it must be local or endpoint with way: rubric, was "
              + by.judge().told());
    }
  }

  @Override
  public Reward open(String device) {
    JudgeSpec.Asking asking = (JudgeSpec.Asking) by.judge();
    Oracle oracle = asking.oracle(device, note -> {});
    try {
      return new Graded(((Way.Rubric) asking.way()).on(oracle));
    } catch (UserError e) {
      oracle.close();
      throw e;
    }
  }

  /** Its grades. */
  private record Graded(RubricJudge judge) implements Reward {
    @Override
    public List<Score> of(List<Asked> answers) {
      List<Example.Answered> answered = answers.stream().map(Asked::answered).toList();
      List<Optional<Double>> worth = worth(answered, answers.stream().map(Asked::place).toList());
      List<Score> out = new ArrayList<>();
      for (int i = 0; i < worth.size(); i++) {
        String place = answers.get(i).place();
        out.add(
            Score.of(
                worth
                    .get(i)
                    .orElseThrow(
                        () ->
                            new UserError(
                                "%s: the judge gives no grade to an answer; look at its template"
                                    .formatted(place)))));
      }
      return out;
    }

    /** An endpoint that is gone ends a run as a wrong reward does: saved, with one line. */
    private List<Optional<Double>> worth(List<Example.Answered> answers, List<String> places) {
      try {
        return judge.worth(answers, places);
      } catch (UncheckedIOException e) {
        throw new UserError("judge: " + e.getMessage(), e);
      }
    }

    @Override
    public void close() {
      judge.close();
    }
  }
}
