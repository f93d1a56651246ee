package dev.luthier.data;

import dev.luthier.error.UserError;
import dev.luthier.tensor.Seed;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The usable rows of one or several sets.
 *
 * @param list the usable rows
 * @param rows how many were read
 * @param refused those that cannot be used
 * @param notes lines for the report: location, rows, form and share of each set
 */
public record Samples(List<Sample> list, long rows, List<Refusal> refused, List<String> notes) {
  private static final long MIX = 1;
  private static final long HOLDOUT = 2;

  /** No rows. */
  public static final Samples NONE = new Samples(List.of(), 0, List.of(), List.of());

  public Samples {
    list = List.copyOf(list);
    refused = List.copyOf(refused);
    notes = List.copyOf(notes);
  }

  /** Reads sets that the model is to learn to write. */
  public static Samples load(List<DataSet> sets, long seed) {
    return load(sets, Form.TO_WRITE, seed);
  }

  /**
   * Reads sets and mixes them. Without weights all rows are there, one set after the other. With
   * weights it is the largest mixture in which the sets stand in these proportions and no row comes
   * twice: with n_i rows and shares p_i = w_i / sum w, set i gives p_i min_j(n_j / p_j) of its
   * rows, chosen and then shuffled by the seed.
   *
   * @param wanted the forms that the method can learn from
   * @throws UserError if only some sets have a weight, or a set cannot be read
   */
  public static Samples load(List<DataSet> sets, List<Form> wanted, long seed) {
    long weighted = sets.stream().filter(set -> set.weight().isPresent()).count();
    if (weighted != 0 && weighted != sets.size()) {
      throw new UserError(
          "data.weight must be given for every set or for none; %d of %d sets have one"
              .formatted(weighted, sets.size()));
    }
    List<Samples> parts = sets.stream().map(set -> set.load(wanted)).toList();
    if (weighted == 0 || sets.size() == 1) {
      return join(parts);
    }
    double[] weights = sets.stream().mapToDouble(set -> set.weight().orElseThrow()).toArray();
    Samples mixed = join(mix(parts, weights, seed));
    List<Sample> shuffled =
        IntStream.of(Shuffle.order(mixed.list.size(), Seed.of(seed, MIX)))
            .mapToObj(mixed.list::get)
            .toList();
    return new Samples(shuffled, mixed.rows, mixed.refused, mixed.notes);
  }

  private static List<Samples> mix(List<Samples> parts, double[] weights, long seed) {
    // min_j n_j / w_j: how often the whole set of weights fits into the rows that are there.
    double times =
        IntStream.range(0, weights.length)
            .mapToDouble(j -> parts.get(j).list.size() / weights[j])
            .min()
            .orElse(0);
    List<Samples> mixed = new ArrayList<>();
    for (int i = 0; i < weights.length; i++) {
      Samples part = parts.get(i);
      int count = (int) Math.max(1, Math.min(part.list.size(), Math.round(times * weights[i])));
      String note = "%s, %d used (weight %s)".formatted(part.notes.get(0), count, weights[i]);
      mixed.add(
          new Samples(
              Shuffle.choose(part.list, count, Seed.of(seed, MIX, i)),
              part.rows,
              part.refused,
              List.of(note)));
    }
    return mixed;
  }

  private static Samples join(List<Samples> parts) {
    return new Samples(
        parts.stream().flatMap(part -> part.list.stream()).toList(),
        parts.stream().mapToLong(Samples::rows).sum(),
        parts.stream().flatMap(part -> part.refused.stream()).toList(),
        parts.stream().flatMap(part -> part.notes.stream()).toList());
  }

  /**
   * The same rows in another form, perhaps several of each; those that the conversion refuses are
   * refused.
   */
  public Samples converted(Conversion conversion) {
    List<Sample> out = new ArrayList<>();
    List<Refusal> without = new ArrayList<>(refused);
    for (Sample sample : list) {
      try {
        conversion.of(sample.example()).forEach(one -> out.add(sample.as(one)));
      } catch (RefusedRow e) {
        without.add(new Refusal(sample.place(), e.reason()));
      }
    }
    if (out.isEmpty() && !list.isEmpty()) {
      Refusal first = without.get(refused.size());
      throw new UserError(
          "none of %d rows can be used; the first, %s: %s"
              .formatted(list.size(), first.place(), first.reason()));
    }
    return new Samples(out, rows, without, notes);
  }

  /** The same with one more line for the report. */
  public Samples noted(String note) {
    return new Samples(
        list, rows, refused, Stream.concat(notes.stream(), Stream.of(note)).toList());
  }

  /** Rows to learn from and rows to be tested on; no row is in both. */
  public record Split(Samples train, Samples eval) {}

  /**
   * Sets a share of the rows aside, chosen by the seed; both parts keep the order.
   *
   * @param share above 0 and below 1; at least one row stays on either side
   * @throws UserError if the share is out of bounds or there is only one row
   */
  public Split holdOut(double share, long seed) {
    if (!(share > 0 && share < 1)) {
      throw new UserError("data.holdout must be > 0 and < 1, was " + share);
    }
    if (list.size() < 2) {
      throw new UserError("data.holdout needs at least 2 rows, there is " + list.size());
    }
    int count = (int) Math.min(list.size() - 1, Math.max(1, Math.round(share * list.size())));
    List<Integer> indices = IntStream.range(0, list.size()).boxed().toList();
    Set<Integer> held = new HashSet<>(Shuffle.choose(indices, count, Seed.of(seed, HOLDOUT)));
    String note = "%d of %d rows held out of training".formatted(count, list.size());
    return new Split(
        new Samples(where(i -> !held.contains(i)), rows, refused, notes),
        new Samples(where(held::contains), count, List.of(), List.of(note)));
  }

  private List<Sample> where(IntPredicate wanted) {
    return IntStream.range(0, list.size()).filter(wanted).mapToObj(list::get).toList();
  }
}
