package dev.luthier.recipe;

import dev.luthier.data.Checkup;
import dev.luthier.data.Findings;
import dev.luthier.data.Report;
import dev.luthier.data.Sample;
import dev.luthier.data.Samples;
import dev.luthier.data.TaskNames;
import dev.luthier.data.TrainingRow;
import dev.luthier.error.UserError;
import dev.luthier.model.Model;
import dev.luthier.peft.Peft;
import dev.luthier.peft.Together;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Which tasks the data names, and which task each row belongs to. A method that tells tasks apart
 * is told before every batch; of any method the tasks are measured one by one.
 *
 * @param told whether the method tells tasks apart
 * @param names none where rows name no tasks, or only some do
 * @param numbers of all rows, by identity
 */
record RowTasks<R extends TrainingRow>(boolean told, TaskNames names, Map<R, Integer> numbers) {
  /**
   * @throws UserError if the method tells other tasks apart than the data names
   */
  static <R extends TrainingRow> RowTasks<R> of(
      Recipe recipe, Samples.Split samples, Report<R> report) {
    TaskNames names = names(recipe, samples);
    Map<R, Integer> numbers = new IdentityHashMap<>();
    for (Checkup<R> set : List.of(report.train(), report.eval())) {
      for (int i = 0; i < set.kept().size(); i++) {
        numbers.put(
            set.kept().get(i), set.sources().get(i).task().flatMap(names::number).orElse(0));
      }
    }
    return new RowTasks<>(recipe.peft().tasks() > 0, names, numbers);
  }

  private static TaskNames names(Recipe recipe, Samples.Split samples) {
    int most = recipe.peft().tasks();
    if (most == 0) {
      TaskNames all = TaskNames.of(samples.train(), samples.eval());
      boolean everywhere = samples.eval().list().stream().allMatch(s -> s.task().isPresent());
      return everywhere ? all : new TaskNames(List.of());
    }
    TaskNames names = TaskNames.of(samples.train());
    String key = "peft.%s.tasks".formatted(method(recipe.peft()));
    if (names.size() > most) {
      throw new UserError(
          "%s is %d, but the rows of training belong to %d tasks (%s); raise it"
              .formatted(key, most, names.size(), names));
    }
    if (names.size() == 0 && most > 1) {
      throw new UserError(
          "%s is %d, but no row of training names its task; say it for each source (set: { task: NAME }), or map a column to task"
              .formatted(key, most));
    }
    if (names.size() > 0) {
      names.check(samples.train());
      names.check(samples.eval());
    }
    return names;
  }

  /** The name of what tells tasks apart, or of all of it. */
  private static String method(Peft peft) {
    return peft instanceof Together several
        ? several.methods().stream()
            .filter(m -> m.tasks() > 0)
            .findFirst()
            .map(Schema::name)
            .orElse("together")
        : Schema.name(peft);
  }

  /** What the report says of it. */
  Findings findings(Recipe recipe, Samples.Split samples) {
    List<String> train = names.counts(samples.train());
    List<String> eval = samples.eval().list().isEmpty() ? List.of() : names.counts(samples.eval());
    int most = recipe.peft().tasks();
    String method = method(recipe.peft());
    List<String> warnings =
        !told && names.size() > 1
            ? List.of(
                "the rows belong to %d tasks, which %s does not tell apart; they are only measured one by one"
                    .formatted(names.size(), method))
            : most > Math.max(1, names.size())
                ? List.of(
                    "peft.%s.tasks is %d, but the rows name %d tasks; the others learn nothing of their own"
                        .formatted(method, most, names.size()))
                : List.of();
    return new Findings(train, eval, warnings, List.of());
  }

  /** Whether there are several to be measured one by one. */
  boolean several() {
    return names.size() > 1;
  }

  int number(R row) {
    return numbers.getOrDefault(row, 0);
  }

  int number(Sample sample) {
    return sample.task().flatMap(names::number).orElse(0);
  }

  /** Tells the model whose the next batch is. */
  void tell(Model model, List<R> rows) {
    if (told) {
      model
          .tasks()
          .set(
              rows.stream()
                  .flatMapToInt(row -> IntStream.generate(() -> number(row)).limit(row.sequences()))
                  .toArray());
    }
  }

  /** Tells the model that whatever comes next is of one task. */
  void tell(Model model, int task) {
    if (told) {
      model.tasks().set(task);
    }
  }
}
