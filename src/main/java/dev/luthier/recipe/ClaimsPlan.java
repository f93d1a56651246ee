package dev.luthier.recipe;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.error.Check;
import dev.luthier.error.UserError;
import dev.luthier.peft.Full;
import dev.luthier.peft.Peft;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** Which methods are compared on which tasks, and what is claimed of them. */
@Doc("A comparison of methods")
record ClaimsPlan(
    @Doc("The directory of its runs") String runs,
    @Doc("The file that is written") String page,
    @Doc("The file that `--tune` writes the best rates into, and that they are read from")
        Path rates,
    @Doc("Seeds, each of which trains every method on every task once") List<Long> seeds,
    @Doc("Steps of the runs that measure time and memory") @Default("60") int costSteps,
    @Doc("What is trained for") List<Task> tasks,
    @Doc("What is compared; `full` must be among them") List<Method> methods,
    @Doc("What people read below the claims") Optional<String> reading) {

  /** One model and its data. */
  @Doc("What is trained for")
  record Task(
      @Doc("A short name, as directories and `rates` have it") String name,
      @Doc("What people read above its table") String title,
      @Doc("The recipe that is followed in all but the method, its rate and the evaluations")
          Path recipe,
      @Doc("What counts; it must be higher for what is better") Measure score) {
    Task {
      if (!score.grows()) {
        throw new UserError(
            "tasks.score must be higher for what is better, since methods are compared by their share"
                + " of it; was "
                + score.label());
      }
    }
  }

  /** One method. */
  @Doc("One method that is compared")
  record Method(
      @Doc("A short name, as directories have it") String name,
      @Doc("Which weights learn") Peft peft,
      @Doc(
              "The middle of the rates that are tried on each task, and the rate where the file of rates has none")
          @Default("{}")
          Map<String, Double> rates,
      @Doc("How the weights of linear layers are kept while it trains") @Default("none")
          Quantize quantize,
      @Doc("The tasks that it is compared on; all where it names none") @Default("[]")
          List<String> tasks,
      @Doc("What is claimed of it") Optional<Claim> claim,
      @Doc("What is to be said about its results") Optional<String> remark) {

    boolean on(Task task) {
      return tasks.isEmpty() || tasks.contains(task.name());
    }

    double usual(Task task) {
      return Optional.ofNullable(rates.get(task.name()))
          .orElseThrow(
              () ->
                  new UserError(
                      "method %s has no rate for %s; give it one: rates: { %s: 1e-3 }"
                          .formatted(name, task.name(), task.name())));
    }
  }

  /** A share of full fine-tuning's score that is claimed. */
  @Doc("A share of full fine-tuning's score that is claimed")
  record Claim(
      @Doc("How the claim calls the methods it is about") String about,
      @Doc("At least so many per cent") double from,
      @Doc("At most so many per cent") double to) {
    Claim {
      Check.atLeast("claim.from", 0.0, from);
      Check.atLeast("claim.to", from, to);
    }
  }

  ClaimsPlan {
    if (seeds.isEmpty()) {
      throw new UserError("seeds must name at least one, was []");
    }
    if (new HashSet<>(seeds).size() < seeds.size()) {
      throw new UserError("seeds has one twice, was " + seeds);
    }
    if (tasks.isEmpty()) {
      throw new UserError("tasks must name at least one, was []");
    }
    Check.atLeast("cost_steps", 1, costSteps);
    Set<String> known = distinct("tasks", tasks, Task::name);
    distinct("methods", methods, Method::name);
    if (methods.stream().noneMatch(m -> m.peft() instanceof Full)) {
      throw new UserError("methods must hold full fine-tuning, with which all are compared");
    }
    for (Method method : methods) {
      for (String task : method.rates().keySet()) {
        if (!known.contains(task)) {
          throw new UserError(
              "%s has a rate for %s; the tasks are %s"
                  .formatted(method.name(), task, String.join(", ", known)));
        }
      }
      for (String task : method.tasks()) {
        if (!known.contains(task)) {
          throw new UserError(
              "%s is compared on %s; the tasks are %s"
                  .formatted(method.name(), task, String.join(", ", known)));
        }
      }
    }
  }

  private static <T> Set<String> distinct(String key, List<T> all, Function<T, String> name) {
    Set<String> seen = new HashSet<>();
    for (T one : all) {
      if (!name.apply(one).matches("[A-Za-z0-9][A-Za-z0-9._-]*")) {
        throw new UserError(
            "%s.name must be of letters, digits, . _ and -, was %s"
                .formatted(key, Yaml.quote(name.apply(one))));
      }
      if (!seen.add(name.apply(one))) {
        throw new UserError("%s has %s twice".formatted(key, name.apply(one)));
      }
    }
    return seen;
  }

  /** The method that all are compared with. */
  Method full() {
    return methods.stream().filter(m -> m.peft() instanceof Full).findFirst().orElseThrow();
  }

  /** The tasks of these names; none takes all. */
  List<Task> tasks(Set<String> names) {
    return chosen("task", tasks, Task::name, names);
  }

  /** The methods of these names; none takes all. */
  List<Method> methods(Set<String> names) {
    return chosen("method", methods, Method::name, names);
  }

  private static <T> List<T> chosen(
      String what, List<T> all, Function<T, String> name, Set<String> wanted) {
    List<String> known = all.stream().map(name).toList();
    for (String one : wanted) {
      if (!known.contains(one)) {
        throw new UserError(
            "there is no %s %s; there are %s".formatted(what, one, String.join(", ", known)));
      }
    }
    return wanted.isEmpty()
        ? all
        : all.stream().filter(t -> wanted.contains(name.apply(t))).toList();
  }
}
