package dev.luthier.reward;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.error.UserError;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/** What the data file says that the answers of a pair are worth, scaled to go from 0 to 1. */
@Doc("A number that the row has for each answer of a pair, scaled to go from 0 to 1")
public record Column(
    @Doc("The column with the chosen answer's number") @Default("chosen_score") String chosen,
    @Doc("The column with the rejected answer's number") @Default("rejected_score") String rejected,
    @Doc("The number that becomes 0; smaller ones are refused") @Default("0") double low,
    @Doc("The number that becomes 1; larger ones are refused") @Default("1") double high)
    implements Rule {
  public Column {
    if (!(low < high)) {
      throw new UserError("column.high must be > column.low (%s), was %s".formatted(low, high));
    }
  }

  @Override
  public boolean scoresWritten() {
    return false;
  }

  @Override
  public Score of(Asked answer) {
    if (answer.number() > 1) {
      throw new UserError(
          "%s: column scores the two answers of a pair; there are more".formatted(answer.place()));
    }
    String name = answer.number() == 0 ? chosen : rejected;
    Object value = answer.columns().get(name);
    OptionalDouble number = number(value);
    if (number.isEmpty()) {
      throw new UserError(
          "%s: column finds no number in column \"%s\"; %s"
              .formatted(
                  answer.place(),
                  name,
                  value == null
                      ? "columns are " + answer.columns().keySet()
                      : "it holds \"%s\"".formatted(value)));
    }
    double given = number.getAsDouble();
    if (given < low || given > high) {
      throw new UserError(
          "%s: column finds %s in column \"%s\", which is not from %s to %s; set column.low and column.high"
              .formatted(answer.place(), given, name, low, high));
    }
    return Score.of((given - low) / (high - low));
  }

  /** A finite number, also as a text of one. */
  private static OptionalDouble number(@Nullable Object value) {
    if (value instanceof Boolean yes) {
      return OptionalDouble.of(yes ? 1 : 0);
    }
    try {
      double number =
          value instanceof Number n
              ? n.doubleValue()
              : value instanceof String text ? Double.parseDouble(text.strip()) : Double.NaN;
      return Double.isFinite(number) ? OptionalDouble.of(number) : OptionalDouble.empty();
    } catch (NumberFormatException e) {
      return OptionalDouble.empty();
    }
  }
}
