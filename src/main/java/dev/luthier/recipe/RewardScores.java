package dev.luthier.recipe;

import dev.luthier.data.Columns;
import dev.luthier.data.Form;
import dev.luthier.data.JudgedRow;
import dev.luthier.error.Check;
import dev.luthier.error.UserError;
import dev.luthier.reward.Asked;
import dev.luthier.reward.EnsembleWay;
import dev.luthier.reward.Reward;
import dev.luthier.reward.Score;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Scores the answers of a file with one or several reward models, and says how good the scores are.
 *
 * @param file a file, folder or glob of judged answers
 * @param form what the rows look like; told from the columns where absent
 * @param columns columns under other names
 * @param device auto, cpu, cuda or cuda:N
 * @param uncertainty what a variance of 1 costs where several models become one
 * @param out where the rows go with their scores
 * @param column what the scores are called there
 */
public record RewardScores(
    String file,
    Optional<Form> form,
    Map<String, String> columns,
    List<NamedReward> rewards,
    String device,
    double uncertainty,
    Optional<Path> out,
    String column) {
  public RewardScores {
    rewards = List.copyOf(rewards);
    Check.atLeast("--uncertainty", 0.0, uncertainty);
    if (rewards.isEmpty()) {
      throw new UserError("--reward must name at least one reward model, was none");
    }
    List<String> names = rewards.stream().map(NamedReward::name).toList();
    names.stream()
        .filter(name -> names.indexOf(name) != names.lastIndexOf(name))
        .findFirst()
        .ifPresent(
            name -> {
              throw new UserError(
                  "two reward models are called %s; name them: --reward NAME=MODEL:ADAPTER"
                      .formatted(name));
            });
  }

  /**
   * Prints what was found.
   *
   * @throws UserError if a file is missing or broken, a model gives no reward, or every answer is
   *     too long for one
   */
  public void run(PrintWriter said) {
    JudgedRow.All read = JudgedRow.read(file, form, new Columns(columns));
    ScoredRows all = ScoredRows.of(read.rows());
    Optional<ScoredFile> into = out.map(path -> new ScoredFile(path, column, read.form()));
    into.ifPresent(f -> f.check(all, rewards.stream().map(NamedReward::name).toList()));
    said.printf(
        "%s: %d rows of form %s, %d answers%n",
        file, all.rows().size(), read.form().label(), all.answers());
    if (!read.refused().isEmpty()) {
      said.printf(
          "%d more rows are left out; the first, %s: %s%n",
          read.refused().size(), read.refused().get(0).place(), read.refused().get(0).reason());
    }
    said.flush();
    List<TokenReward> models =
        RewardModels.open(rewards.stream().map(r -> r.voice(device)).toList());
    try {
      ScoredRows rows = all.takenBy(models);
      tellLonger(all, rows, said);
      List<Scored> scored = scored(rows, models);
      tell(rows, scored, said);
      into.ifPresent(f -> f.write(rows, scored));
    } finally {
      models.forEach(Reward::close);
    }
    out.ifPresent(path -> said.printf("%nwritten   %s%n", path));
    said.flush();
  }

  private static void tellLonger(ScoredRows all, ScoredRows taken, PrintWriter said) {
    if (taken.rows().size() == all.rows().size()) {
      return;
    }
    String first =
        all.rows().stream()
            .filter(row -> !taken.rows().contains(row))
            .map(row -> row.row().place())
            .findFirst()
            .orElseThrow();
    if (taken.rows().isEmpty()) {
      throw new UserError(
          "every row has an answer that is longer with its prompt than a model takes; the first is "
              + first);
    }
    said.printf(
        "%d of these are left out, with an answer that is longer with its prompt than a model"
            + " takes; the first, %s%n",
        all.rows().size() - taken.rows().size(), first);
    said.flush();
  }

  private List<Scored> scored(ScoredRows rows, List<TokenReward> models) {
    List<Asked> asked = rows.asked();
    List<Scored> out = new ArrayList<>();
    for (int i = 0; i < models.size(); i++) {
      String name = rewards.get(i).name();
      List<Score> scores = models.get(i).of(asked);
      out.add(new Scored(name, scores, rows.totals(name, scores)));
    }
    return out;
  }

  private void tell(ScoredRows rows, List<Scored> scored, PrintWriter said) {
    List<EnsembleWay> ways =
        List.of(
            new EnsembleWay.Mean(),
            new EnsembleWay.Least(),
            new EnsembleWay.Uncertainty(uncertainty));
    said.println();
    new ScoreTable(rows, scored, ways).lines().forEach(said::println);
    List<String> agreement = new AgreementText(rows, scored).lines();
    if (!agreement.isEmpty()) {
      said.println();
      agreement.forEach(said::println);
    }
  }
}
