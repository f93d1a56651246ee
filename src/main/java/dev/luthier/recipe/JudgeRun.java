package dev.luthier.recipe;

import dev.luthier.data.Candidates;
import dev.luthier.data.Columns;
import dev.luthier.data.Form;
import dev.luthier.error.Check;
import dev.luthier.error.UserError;
import dev.luthier.io.Journal;
import dev.luthier.judge.Judge;
import dev.luthier.judge.Opinion;
import dev.luthier.judge.Pair;
import dev.luthier.judge.Trust;
import dev.luthier.judge.Verdict;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Labels the answers of a file: every pair is judged, and what is better becomes {@code chosen}
 * with a {@code probability}. Verdicts are kept as they come in {@code OUT.verdicts.jsonl}, so that
 * a run that was broken off goes on where it was.
 *
 * @param file a file, folder or glob with answers to compare
 * @param form what the rows look like; told from the columns where absent
 * @param columns columns under other names
 * @param limit at most so many rows, from the top
 * @param device auto, cpu, cuda or cuda:N
 * @param written where the rows go
 * @param self what the judge's model is called by the columns that say who wrote an answer
 */
public record JudgeRun(
    String file,
    Optional<Form> form,
    Map<String, String> columns,
    long limit,
    JudgeSpec judge,
    String device,
    JudgedFile written,
    Optional<String> self) {
  private static final int AT_ONCE = 64;

  /** So many pairs without a verdict are an accident; more than half of them are not. */
  private static final int ACCIDENTS = 10;

  public JudgeRun {
    Check.atLeast("--limit", 1, limit);
  }

  /**
   * A judge as a command has it: YAML such as {@code {local: {folder: runs/x}}}, or a file with
   * that.
   *
   * @throws UserError if it is none
   */
  public static JudgeSpec judge(String given) {
    return JudgeText.read(given).judge();
  }

  /**
   * Judges, writes the rows and the report, and prints the report.
   *
   * @param notes hears what is being done
   * @return how far the judge can be trusted
   * @throws UserError if the input is wrong, or the judge says nothing of most pairs
   * @throws java.io.UncheckedIOException if an endpoint is gone; what was said is kept
   */
  public Trust run(PrintWriter said, Consumer<String> notes) {
    Candidates.All read = Candidates.read(file, form, new Columns(columns), limit);
    written.check(read.rows());
    if (!read.refused().isEmpty()) {
      notes.accept(
          "%d rows are left out; the first, %s: %s"
              .formatted(
                  read.refused().size(),
                  read.refused().get(0).place(),
                  read.refused().get(0).reason()));
    }
    List<JudgedPairs> rows = read.rows().stream().map(JudgedPairs::of).toList();
    List<Pair> pairs = rows.stream().flatMap(row -> row.pairs().stream()).toList();
    notes.accept("%d rows, %d pairs to judge".formatted(rows.size(), pairs.size()));
    try (Judge opened = judge.open(device, notes);
        Journal journal = Journal.open(written.beside(".verdicts.jsonl"))) {
      List<Optional<Opinion>> opinions = opinions(opened, journal, pairs, notes);
      Trust trust =
          Trust.of(pairs.size(), verdicts(pairs, opinions), opened, self.orElse(judge.model()));
      long count = written.write(rows, opinions, judge.brief());
      written.report(judge.told(), file, count, trust);
      said.println("judge      " + judge.told());
      trust.lines().forEach(said::println);
      said.printf("%nwritten   %s, %d rows%n", written.file(), count);
      said.printf("report    %s%n", written.beside(".report.json"));
      said.flush();
      return trust;
    }
  }

  private static List<Verdict> verdicts(List<Pair> pairs, List<Optional<Opinion>> opinions) {
    List<Verdict> out = new ArrayList<>();
    for (int i = 0; i < pairs.size(); i++) {
      Pair pair = pairs.get(i);
      opinions.get(i).ifPresent(opinion -> out.add(new Verdict(pair, opinion)));
    }
    return out;
  }

  private static List<Optional<Opinion>> opinions(
      Judge judge, Journal journal, List<Pair> pairs, Consumer<String> notes) {
    KeptOpinions kept = new KeptOpinions(journal, judge.identity());
    List<Optional<Opinion>> out = new ArrayList<>();
    long without = 0;
    for (int from = 0; from < pairs.size(); from += AT_ONCE) {
      int to = Math.min(pairs.size(), from + AT_ONCE);
      List<Optional<Opinion>> part = kept.of(judge, pairs.subList(from, to));
      out.addAll(part);
      without += part.stream().filter(Optional::isEmpty).count();
      if (without > ACCIDENTS && 2 * without > to) {
        throw new UserError(
            "the judge gives no verdict on %d of %d pairs; look at its template, or take another model"
                .formatted(without, to));
      }
      if (to == pairs.size() || 10L * to / pairs.size() > 10L * from / pairs.size()) {
        String cost = judge.cost().map(text -> "; " + text).orElse("");
        notes.accept("judged %d of %d%s".formatted(to, pairs.size(), cost));
      }
    }
    return out;
  }

  /** Where the rows go. */
  public Path out() {
    return written.file();
  }
}
