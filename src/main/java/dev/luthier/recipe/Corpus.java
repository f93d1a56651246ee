package dev.luthier.recipe;

import dev.luthier.data.Columns;
import dev.luthier.data.DataSet;
import dev.luthier.data.Doctor;
import dev.luthier.data.FileKind;
import dev.luthier.data.Form;
import dev.luthier.data.Report;
import dev.luthier.data.Sample;
import dev.luthier.data.Samples;
import dev.luthier.data.TrainingRow;
import dev.luthier.error.UserError;
import java.io.PrintWriter;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * The data of a supervised run, read and examined.
 *
 * @param eval what is measured on, as text
 * @param report the doctor's, which holds all rows as tokens
 * @param maxLength of a row, in tokens
 * @param tasks which task each row belongs to
 */
record Corpus<R extends TrainingRow>(
    Samples eval, Report<R> report, int maxLength, RowTasks<R> tasks) {
  /** The longest row in tokens where nobody says otherwise, if the model takes it. */
  static final int USUAL_LENGTH = 1024;

  /** Reads what is learnt from and what is measured on. */
  static Samples.Split read(Recipe recipe) {
    DataSpec data = recipe.data();
    List<Form> forms = recipe.method().forms();
    Samples train = Samples.load(sets(data.train(), recipe), forms, recipe.seed());
    Samples.Split split =
        data.holdout() > 0
            ? train.holdOut(data.holdout(), recipe.seed())
            : new Samples.Split(
                train,
                data.eval().isEmpty()
                    ? Samples.NONE
                    : Samples.load(sets(data.eval(), recipe), forms, recipe.seed()));
    return new Samples.Split(
        recipe.method().converted(split.train()), recipe.method().converted(split.eval()));
  }

  /** Makes rows of it and examines them; the report may hold errors. */
  static <R extends TrainingRow> Corpus<R> examined(
      Samples.Split samples, Lesson<R, ?, ?> lesson, Recipe recipe, ModelFolder folder) {
    Method method = recipe.method();
    int room = folder.config().context() - recipe.peft().virtualTokens();
    if (room < 2) {
      throw new UserError(
          "%d virtual tokens leave no room in the model's context of %d; take fewer"
              .formatted(recipe.peft().virtualTokens(), folder.config().context()));
    }
    int maxLength = method.maxLength().orElse(Math.min(USUAL_LENGTH, room));
    Doctor doctor = new Doctor(maxLength, method.tooLong(), name(method));
    Report<R> report = doctor.examine(samples.train(), samples.eval(), lesson.rows());
    RowTasks<R> tasks = RowTasks.of(recipe, samples, report);
    return new Corpus<>(
        samples.eval(), report.with(tasks.findings(recipe, samples)), maxLength, tasks);
  }

  /** What is measured on, as text, to be asked in words: of several tasks one after the other. */
  List<Sample> questions() {
    if (!tasks.several()) {
      return eval.list();
    }
    int[] before = new int[tasks.names().size()];
    Map<Sample, Integer> rounds = new IdentityHashMap<>();
    eval.list().forEach(s -> rounds.put(s, before[tasks.number(s)]++));
    return eval.list().stream().sorted(Comparator.comparing(rounds::get)).toList(); // stable
  }

  /**
   * Prints the doctor's report.
   *
   * @throws UserError if it forbids the run
   */
  void tell(PrintWriter out) {
    out.println(report.render(Terminal.colours()));
    out.flush();
    report.healthy();
  }

  private static String name(Method method) {
    return Schema.name(method);
  }

  /** What sources name. */
  static List<DataSet> sets(List<DataSpec.Source> sources, Recipe recipe) {
    return sources.stream()
        .map(
            s ->
                new DataSet(
                    s.path().toString(),
                    s.form(),
                    new Columns(s.columns(), s.set()),
                    FileKind.of(s.format(), s.encoding()),
                    s.weight().map(OptionalDouble::of).orElse(OptionalDouble.empty()),
                    s.limit().map(OptionalLong::of).orElse(OptionalLong.empty()),
                    recipe.method().keepsColumns()))
        .toList();
  }
}
