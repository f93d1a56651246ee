package dev.luthier.peft;

import dev.luthier.error.UserError;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Differences of weights as numbers that can be added: two that were trained apart on one base can
 * be put together (Ansell et al. 2022, arXiv 2110.07560), taken from each other, and scaled.
 *
 * @param base the model they are for, as files name it
 * @param task as files name it; empty where none is named
 * @param parts by the weights' names
 * @param heads modules that were saved whole, which are no differences
 */
public record SparseDelta(
    String base, String task, Map<String, Part> parts, Map<String, Head> heads) {

  /**
   * The differences of one weight.
   *
   * @param at flat indices, ascending
   * @param values one for each
   */
  @SuppressWarnings("ArrayRecordComponent")
  public record Part(long[] at, float[] values) {}

  /** A tensor that was saved whole. */
  @SuppressWarnings("ArrayRecordComponent")
  public record Head(long[] shape, float[] values) {}

  /**
   * What two want of one weight.
   *
   * @param shared places that both change
   * @param opposed those of them that they pull to opposite sides
   */
  public record Conflict(String weight, long shared, long opposed) {}

  /** How many places change. */
  public long count() {
    return parts.values().stream().mapToLong(p -> p.at().length).sum();
  }

  /**
   * The places of both with the sums of their values. Heads are of whoever has them.
   *
   * @throws UserError if they are for different models, or bring different heads
   */
  public SparseDelta plus(SparseDelta other) {
    Map<String, Head> all = new LinkedHashMap<>(heads);
    other.heads.forEach(
        (name, head) -> {
          Head own = all.putIfAbsent(name, head);
          if (own != null && !Arrays.equals(own.values(), head.values())) {
            throw new UserError(
                "both bring %s, and not the same; heads cannot be added".formatted(name));
          }
        });
    return with(other, 1, all);
  }

  /**
   * What leads from the other to this one; heads are this one's.
   *
   * @throws UserError if they are for different models
   */
  public SparseDelta minus(SparseDelta other) {
    return with(other, -1, heads);
  }

  private SparseDelta with(SparseDelta other, float sign, Map<String, Head> heads) {
    if (!base.isEmpty() && !other.base.isEmpty() && !base.equals(other.base)) {
      throw new UserError(
          "one is for %s, the other for %s; only differences from one model can be added"
              .formatted(base, other.base));
    }
    Map<String, Part> sums = new LinkedHashMap<>(parts);
    other.parts.forEach(
        (name, part) -> {
          Part own = sums.getOrDefault(name, new Part(new long[0], new float[0]));
          sums.put(name, sum(own, part, sign));
        });
    return new SparseDelta(base.isEmpty() ? other.base : base, task, sums, heads);
  }

  private static Part sum(Part a, Part b, float sign) {
    long[] at = new long[a.at().length + b.at().length];
    float[] values = new float[at.length];
    int n = 0;
    int i = 0;
    int j = 0;
    while (i < a.at().length || j < b.at().length) {
      boolean left = j == b.at().length || (i < a.at().length && a.at()[i] <= b.at()[j]);
      boolean right = i == a.at().length || (j < b.at().length && b.at()[j] <= a.at()[i]);
      at[n] = left ? a.at()[i] : b.at()[j];
      values[n++] = (left ? a.values()[i++] : 0) + (right ? sign * b.values()[j++] : 0);
    }
    return new Part(Arrays.copyOf(at, n), Arrays.copyOf(values, n));
  }

  /** Every difference so many times; heads stay. */
  public SparseDelta times(double scale) {
    Map<String, Part> scaled = new LinkedHashMap<>();
    parts.forEach(
        (name, part) -> {
          float[] values = part.values().clone();
          for (int i = 0; i < values.length; i++) {
            values[i] *= (float) scale;
          }
          scaled.put(name, new Part(part.at(), values));
        });
    return new SparseDelta(base, task, scaled, heads);
  }

  /**
   * Where both change a weight.
   *
   * @param tolerance values up to this size oppose nothing
   * @return one for each weight that both touch in some place
   */
  public List<Conflict> conflicts(SparseDelta other, double tolerance) {
    List<Conflict> out = new ArrayList<>();
    parts.forEach(
        (name, part) -> {
          Part theirs = other.parts.get(name);
          if (theirs != null) {
            Conflict c = conflict(name, part, theirs, tolerance);
            if (c.shared() > 0) {
              out.add(c);
            }
          }
        });
    return out;
  }

  private static Conflict conflict(String name, Part a, Part b, double tolerance) {
    long shared = 0;
    long opposed = 0;
    for (int i = 0; i < a.at().length; i++) {
      int j = Arrays.binarySearch(b.at(), a.at()[i]);
      if (j >= 0) {
        float x = a.values()[i];
        float y = b.values()[j];
        shared++;
        opposed += x * y < 0 && Math.min(Math.abs(x), Math.abs(y)) > tolerance ? 1 : 0;
      }
    }
    return new Conflict(name, shared, opposed);
  }
}
