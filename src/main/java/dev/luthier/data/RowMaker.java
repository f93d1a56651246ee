package dev.luthier.data;

import java.util.List;
import java.util.Optional;

/**
 * What a method makes of examples, and what it says of them to a person. The {@link Doctor} asks
 * it.
 */
public interface RowMaker<R extends TrainingRow> {

  /**
   * The whole row of an example.
   *
   * @throws dev.luthier.error.UserError if none can be made
   */
  R make(Example example);

  /** The row with its ends cut off so that it fits; empty if nothing to learn is left. */
  Optional<R> cut(Example example, int maxLength);

  /** Whether a row is short enough. */
  default boolean fits(R row, int maxLength) {
    return row.length() <= maxLength;
  }

  /** How long a row that does not fit is. */
  default String excess(R row) {
    return row.length() + " tokens";
  }

  /** The limits that a row must fit into, as a recipe has them. */
  default String limits(String method, int maxLength) {
    return "%s.max_length %d".formatted(method, maxLength);
  }

  Tokenizer tokenizer();

  /** The example with its learnt part in green, or in {@code [[ ]]} without colours. */
  String show(Example example, boolean colours);

  /** How the report calls what is learnt. */
  Unit unit();

  /** What forbids a row to be used, though it could be made. */
  default Optional<Fault> fault(R row) {
    return row.targets() > 0
        ? Optional.empty()
        : Optional.of(new Fault(Fault.Kind.UNTAUGHT, "has nothing to learn", "remove such rows"));
  }

  /**
   * Looks at the examples themselves before any is tokenized.
   *
   * @throws dev.luthier.error.UserError if rows cannot be made of them at all
   */
  default Findings inspect(Samples train, Samples eval) {
    return Findings.NONE;
  }

  /** Looks at the rows that are left to learn from and to measure on. */
  default Findings review(List<R> train, List<R> eval) {
    return Findings.NONE;
  }

  /**
   * Names for what is learnt.
   *
   * @param counted behind "15 tokens, 13 ..."
   * @param name behind "9 of 23 ..."
   * @param contradicts behind "3 rows of training ..."
   */
  record Unit(String counted, String name, String contradicts) {
    Unit(String counted, String name) {
      this(counted, name, "ask for something else than an earlier row with the same text");
    }

    static Unit of(String name) {
      return new Unit(name, name);
    }
  }
}
