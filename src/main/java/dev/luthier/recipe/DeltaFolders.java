package dev.luthier.recipe;

import dev.luthier.error.UserError;
import dev.luthier.io.AtomicDirectory;
import dev.luthier.model.Model;
import dev.luthier.model.Models;
import dev.luthier.peft.AdapterConfig;
import dev.luthier.peft.DeltaFiles;
import dev.luthier.peft.SparseDelta;
import dev.luthier.tensor.Compute;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Differences of weights, taken from folders and put together into folders. */
public final class DeltaFolders {
  private static final int NAMED = 5; // weights in a message

  private DeltaFolders() {}

  /** Whether an adapter adds to single weights, or to whole ones. */
  public static boolean isOne(Path adapter) {
    return isAdapter(adapter) && DeltaFiles.are(AdapterConfig.read(adapter).peft());
  }

  /**
   * Writes what leads from the first to the second, both models or both adapters on one model, as
   * an adapter.
   *
   * @throws UserError if they are of different kinds, differ in more than values, or are equal
   */
  public static void diff(Path from, Path to, Path into, PrintWriter out) {
    AdapterFolders.refuseFull(into);
    boolean adapters = isAdapter(from);
    if (adapters != isAdapter(to)) {
      throw new UserError(
          "%s is an adapter and %s is none; give two models or two adapters"
              .formatted(adapters ? from : to, adapters ? to : from));
    }
    SparseDelta delta =
        adapters
            ? DeltaFiles.read(to).minus(DeltaFiles.read(from))
            : between(ModelPlace.folder(from), ModelPlace.folder(to), ModelPlace.title(from));
    if (delta.count() == 0 && delta.heads().isEmpty()) {
      throw new UserError("%s and %s do not differ".formatted(from, to));
    }
    save(delta, into, out);
  }

  private static boolean isAdapter(Path folder) {
    return Files.exists(folder.resolve("adapter_config.json"));
  }

  private static SparseDelta between(Path from, Path to, String base) {
    try (Model first = Models.load(from, Compute.CPU);
        Model second = Models.load(to, Compute.CPU)) {
      return DeltaFiles.between(first, second, base);
    }
  }

  /**
   * Writes the sum of several adapters as one, and tells where they pull against each other.
   *
   * @param weights one for each
   * @param tolerance values up to this size pull against nothing
   * @throws UserError if one is no difference of weights, or they are for different models
   */
  public static void compose(
      List<Path> adapters, List<Double> weights, double tolerance, Path into, PrintWriter out) {
    AdapterFolders.refuseFull(into);
    if (adapters.size() < 2) {
      throw new UserError("compose needs two adapters or more, got " + adapters.size());
    }
    if (weights.size() != adapters.size()) {
      throw new UserError(
          "%d adapters need %d weights, %d are given"
              .formatted(adapters.size(), adapters.size(), weights.size()));
    }
    SparseDelta sum = scaled(adapters, weights, 0);
    for (int i = 1; i < adapters.size(); i++) {
      SparseDelta next = scaled(adapters, weights, i);
      report(adapters.get(i), sum.conflicts(next, tolerance), next, out);
      sum = sum.plus(next);
    }
    save(sum, into, out);
  }

  private static SparseDelta scaled(List<Path> adapters, List<Double> weights, int i) {
    return DeltaFiles.read(adapters.get(i)).times(weights.get(i));
  }

  private static void report(
      Path adapter, List<SparseDelta.Conflict> found, SparseDelta next, PrintWriter out) {
    long shared = found.stream().mapToLong(SparseDelta.Conflict::shared).sum();
    List<SparseDelta.Conflict> opposed = found.stream().filter(c -> c.opposed() > 0).toList();
    out.printf(
        "%s changes %,d places, %,d of them changed before, %,d in opposite directions%n",
        adapter,
        next.count(),
        shared,
        opposed.stream().mapToLong(SparseDelta.Conflict::opposed).sum());
    opposed.stream()
        .sorted((a, b) -> Long.compare(b.opposed(), a.opposed()))
        .limit(NAMED)
        .forEach(c -> out.printf("  %s %,d%n", c.weight(), c.opposed()));
    if (opposed.size() > NAMED) {
      out.printf("  and %d more weights%n", opposed.size() - NAMED);
    }
  }

  private static void save(SparseDelta delta, Path into, PrintWriter out) {
    AtomicDirectory.write(into, dir -> DeltaFiles.write(delta, dir));
    Map<String, SparseDelta.Part> parts = delta.parts();
    out.printf("%,d places in %d weights%n", delta.count(), parts.size());
    if (!delta.heads().isEmpty()) {
      out.printf("%d tensors of heads, whole%n", delta.heads().size());
    }
    out.println("saved     " + into);
    out.flush();
  }
}
