package dev.luthier.reward;

import dev.luthier.error.Check;
import dev.luthier.error.UserError;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Several rewards as one. Its parts are what each member says, on the common scale, and {@code
 * spread}, their standard deviation: how little they agree.
 */
public record RewardEnsemble(List<Member> members, EnsembleWay way) implements Reward {
  /** What the part that tells how little members agree is called. */
  public static final String SPREAD = "spread";

  /**
   * One of them. Rewards learnt from pairs have no zero and no unit of their own, so members are
   * put on one scale by what is given here, and never by the answers at hand.
   *
   * @param name as its part is called
   * @param shift what is taken off its score
   * @param scale what that is divided by
   */
  public record Member(String name, Reward reward, double shift, double scale) {
    public Member {
      Check.above("scale", 0, scale);
    }

    double scaled(Score score) {
      return (score.total() - shift) / scale;
    }
  }

  public RewardEnsemble {
    members = List.copyOf(members);
    if (members.isEmpty()) {
      throw new UserError("an ensemble needs a reward model at least, was []");
    }
    List<String> names = new ArrayList<>(members.stream().map(Member::name).toList());
    names.add(SPREAD);
    names.stream()
        .filter(name -> names.indexOf(name) != names.lastIndexOf(name))
        .findFirst()
        .ifPresent(
            name -> {
              throw new UserError(
                  "two parts of the ensemble's score are called %s; give one a name of its own"
                      .formatted(name));
            });
  }

  @Override
  public List<Score> of(List<Asked> answers) {
    List<List<Score>> each = members.stream().map(m -> m.reward().of(answers)).toList();
    List<Score> out = new ArrayList<>();
    for (int i = 0; i < answers.size(); i++) {
      double[] scores = new double[members.size()];
      Map<String, Double> parts = new LinkedHashMap<>();
      for (int m = 0; m < scores.length; m++) {
        scores[m] = members.get(m).scaled(each.get(m).get(i));
        parts.put(members.get(m).name(), scores[m]);
      }
      parts.put(SPREAD, Math.sqrt(EnsembleWay.variance(scores)));
      out.add(new Score(way.of(scores), parts));
    }
    return out;
  }

  @Override
  public void check(List<Asked> rows) {
    members.forEach(m -> m.reward().check(rows));
  }

  @Override
  public void close() {
    members.forEach(m -> m.reward().close());
  }
}
