package dev.luthier.data;

import dev.luthier.error.UserError;
import java.nio.IntBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * What the {@link Doctor} found in one set.
 *
 * @param samples what was read and refused
 * @param lengths of the rows before any is cut
 * @param targets what there is to learn, before any row is cut
 * @param targetsLost how much of it is cut off or left out with its row
 * @param tooLong rows above the length limit
 * @param dropped those of them that are left out
 * @param faults rows that forbid the run, and what to do about them, by what is wrong
 * @param unknown rows with the tokenizer's unknown token
 * @param duplicates rows that an earlier row equals
 * @param contradictory rows that ask for something else than an earlier row with the same input
 * @param kept the rows that training sees
 * @param sources the samples that those were made of
 * @param inputs the tokens of all rows, with the tasks that they name
 */
public record Checkup<R extends TrainingRow>(
    Samples samples,
    Lengths lengths,
    long targets,
    long targetsLost,
    Found tooLong,
    Found dropped,
    Map<Fault.Kind, Faulty> faults,
    Found unknown,
    Found duplicates,
    Found contradictory,
    List<R> kept,
    List<Sample> sources,
    Set<Input> inputs) {
  /** What a row gives to read. */
  public record Input(Optional<String> task, IntBuffer ids) {}

  /** Rows with a fault; the first place holds the finding. */
  public record Faulty(Found rows, String remedy) {}

  static <R extends TrainingRow> Checkup<R> of(Samples samples, RowMaker<R> maker, Doctor doctor) {
    Examination<R> examination = new Examination<>(maker, doctor);
    int[] lengths = samples.list().stream().mapToInt(examination::add).toArray();
    return examination.result(samples, new Lengths(lengths));
  }

  private static final class Examination<R extends TrainingRow> {
    private final RowMaker<R> maker;
    private final Doctor doctor;
    private final OptionalInt unk;
    private final List<R> kept = new ArrayList<>();
    private final List<Sample> sources = new ArrayList<>();
    private final Map<Input, Set<IntBuffer>> seen = new HashMap<>();
    private final Map<Fault.Kind, Faulty> faults = new EnumMap<>(Fault.Kind.class);
    private long targets;
    private long targetsLost;
    private Found dropped = Found.NONE;
    private Found tooLong = Found.NONE;
    private Found unknown = Found.NONE;
    private Found duplicates = Found.NONE;
    private Found contradictory = Found.NONE;

    Examination(RowMaker<R> maker, Doctor doctor) {
      this.maker = maker;
      this.doctor = doctor;
      this.unk = maker.tokenizer().named("unk_token");
    }

    /** Returns the row's length. */
    int add(Sample sample) {
      String place = sample.place();
      R row = make(sample);
      targets += row.targets();
      maker.fault(row).ifPresent(fault -> add(fault, place));
      unknown =
          unk.isPresent() && has(row.input().array(), unk.getAsInt())
              ? unknown.and(place)
              : unknown;
      compare(row, sample);
      keep(row, sample);
      return row.length();
    }

    private void add(Fault fault, String place) {
      Found before = faults.getOrDefault(fault.kind(), new Faulty(Found.NONE, "")).rows();
      faults.put(
          fault.kind(), new Faulty(before.and(place + " " + fault.finding()), fault.remedy()));
    }

    private void compare(R row, Sample sample) {
      String place = sample.place();
      Set<IntBuffer> before =
          seen.computeIfAbsent(new Input(sample.task(), row.input()), k -> new HashSet<>());
      boolean known = !before.isEmpty();
      if (!before.add(row.identity())) {
        duplicates = duplicates.and(place);
      } else if (known) {
        contradictory = contradictory.and(place);
      }
    }

    private void keep(R row, Sample sample) {
      if (maker.fits(row, doctor.maxLength())) {
        kept.add(row);
        sources.add(sample);
        return;
      }
      tooLong = tooLong.and("%s has %s".formatted(sample.place(), maker.excess(row)));
      Optional<R> left =
          doctor.tooLong().left(() -> maker.cut(sample.example(), doctor.maxLength()));
      targetsLost += row.targets() - left.map(TrainingRow::targets).orElse(0);
      dropped = left.isEmpty() ? dropped.and(sample.place()) : dropped;
      left.ifPresent(kept::add);
      left.ifPresent(cut -> sources.add(sample));
    }

    private R make(Sample sample) {
      try {
        return maker.make(sample.example());
      } catch (UserError e) {
        throw new UserError(sample.place() + ": " + e.getMessage(), e);
      }
    }

    private static boolean has(int[] ids, int id) {
      return Arrays.stream(ids).anyMatch(token -> token == id);
    }

    Checkup<R> result(Samples samples, Lengths lengths) {
      return new Checkup<>(
          samples,
          lengths,
          targets,
          targetsLost,
          tooLong,
          dropped,
          faults,
          unknown,
          duplicates,
          contradictory,
          List.copyOf(kept),
          List.copyOf(sources),
          seen.keySet());
    }
  }
}
