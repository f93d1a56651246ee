package dev.luthier.recipe;

import dev.luthier.error.UserError;
import dev.luthier.io.AtomicFile;
import dev.luthier.io.RunDirectory;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * Compares methods on tasks, as a {@link ClaimsPlan} says: trains every one with every seed, and
 * writes down what it reached and took. Runs that have ended are not repeated, and broken ones go
 * on, so a comparison may be stopped at any time and started again.
 *
 * @param together how many runs may train at once
 * @param alone how many may while time and memory are measured
 * @param trainer trains
 */
public record Claims(int together, int alone, Trainer trainer) {

  /** Trains one recipe, in a process of its own, so that its memory can be told. */
  public interface Trainer {
    /**
     * @param place which of the runs that train at the same time it is, from 0
     * @param log gets what the training says
     * @return whether it came to its end
     */
    boolean train(Path recipe, boolean resume, Path log, int place);
  }

  /** What of a plan is done; empty sets take all. */
  public record Part(Set<String> tasks, Set<String> methods) {}

  /** Does what is still to be done, and writes the page when all of the plan is. */
  public void compare(Path file, Part part, PrintWriter out) {
    ClaimsPlan plan = plan(file);
    List<ClaimsPlan.Task> tasks = plan.tasks(part.tasks());
    List<ClaimsPlan.Method> methods = plan.methods(part.methods());
    ClaimsRuns runs = new ClaimsRuns(plan);
    ended(train(runs.costs(tasks, methods), alone, out));
    ended(train(runs.scores(tasks, methods), together, out));
    long open =
        Stream.concat(
                runs.costs(plan.tasks(), plan.methods()).stream(),
                runs.scores(plan.tasks(), plan.methods()).stream())
            .filter(run -> run.result().isEmpty())
            .count();
    if (open > 0) {
      out.printf("%d runs of the plan are still to be done; %s is as it was%n", open, plan.page());
      return;
    }
    Path page = folder(Path.of(plan.page()));
    AtomicFile.write(page, ClaimsPage.of(plan, runs, file).getBytes(StandardCharsets.UTF_8));
    out.println("written " + page);
  }

  /**
   * Trains with several rates, prints what each reached on rows that were set aside, and keeps the
   * best in the plan's file of rates.
   *
   * @param factors what the plan's rates are multiplied with
   */
  public void tune(Path file, Part part, List<Double> factors, PrintWriter out) {
    ClaimsPlan plan = plan(file);
    ClaimsTuning tuning =
        new ClaimsTuning(
            new ClaimsRuns(plan), plan.tasks(part.tasks()), plan.methods(part.methods()), factors);
    train(tuning.runs(), together, out);
    tuning.best(out).write(folder(plan.rates()));
    out.println("written " + plan.rates());
  }

  private static ClaimsPlan plan(Path file) {
    ClaimsPlan plan = Recipes.read(file, List.of(), ClaimsPlan.class);
    for (Path written : List.of(Path.of(plan.page()), plan.rates())) {
      if (Files.isDirectory(written)) {
        throw new UserError("%s: %s is a folder; name a file".formatted(file, written));
      }
    }
    return plan;
  }

  private static void ended(List<Path> failed) {
    if (!failed.isEmpty()) {
      throw new UserError(
          "%s failed; %s says why; the same command goes on from here"
              .formatted(failed.size() == 1 ? "a run" : failed.size() + " runs", failed.get(0)));
    }
  }

  /** Trains what has not ended yet, and returns the logs of those that failed. */
  private List<Path> train(List<ClaimsRun> runs, int atOnce, PrintWriter out) {
    List<ClaimsRun> open = runs.stream().filter(run -> !done(run)).toList();
    AtomicInteger ended = new AtomicInteger();
    AtomicInteger places = new AtomicInteger();
    ThreadLocal<Integer> place = ThreadLocal.withInitial(places::getAndIncrement);
    ExecutorService workers = Executors.newFixedThreadPool(atOnce);
    try {
      List<Future<Optional<Path>>> failed =
          open.stream()
              .map(
                  run ->
                      workers.submit(
                          () -> {
                            Optional<Path> log = train(run, place.get());
                            String end = log.isEmpty() ? "done" : "FAILED, see " + log.get();
                            int count = ended.incrementAndGet();
                            synchronized (out) {
                              out.printf("%d of %d: %s %s%n", count, open.size(), run.name(), end);
                              out.flush();
                            }
                            return log;
                          }))
              .toList();
      return failed.stream().map(Claims::get).flatMap(Optional::stream).toList();
    } finally {
      workers.shutdownNow();
    }
  }

  private static boolean done(ClaimsRun run) {
    if (RunDirectory.isOne(run.directory())) {
      try {
        RunDirectory.checkSame(run.directory(), Recipes.print(run.recipe()));
      } catch (UserError e) {
        throw new UserError(
            "%s holds another run than the plan says; remove it, or change runs (%s)"
                .formatted(run.directory(), e.getMessage()),
            e);
      }
    }
    return run.result().isPresent();
  }

  /** The log, if it failed. */
  private Optional<Path> train(ClaimsRun run, int place) {
    Path recipe = Path.of(run.recipe().output() + ".yaml");
    Path log = Path.of(run.recipe().output() + ".log");
    folder(recipe);
    AtomicFile.write(recipe, Recipes.print(run.recipe()).getBytes(StandardCharsets.UTF_8));
    boolean resume = RunDirectory.isOne(run.directory());
    return trainer.train(recipe, resume, log, place) ? Optional.empty() : Optional.of(log);
  }

  /** The same file; its folder is there now. */
  private static Path folder(Path file) {
    try {
      Files.createDirectories(file.toAbsolutePath().getParent());
      return file;
    } catch (IOException e) {
      throw new UserError("cannot make the folder of " + file + ": " + UserError.reason(e), e);
    }
  }

  private static <T> T get(Future<T> future) {
    try {
      return future.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UserError("stopped; the same command goes on from here", e);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e);
    }
  }
}
