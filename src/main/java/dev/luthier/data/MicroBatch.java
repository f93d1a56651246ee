package dev.luthier.data;

import dev.luthier.error.UserError;
import java.util.ArrayList;
import java.util.List;

/**
 * How the rows of one optimizer step are cut into the parts that go through the model at once. The
 * cut changes memory and time, not the step: the loss is divided by the targets of the whole step.
 */
public sealed interface MicroBatch {

  /** The parts, in the rows' order, none empty. */
  <R extends TrainingRow> List<List<R>> split(List<R> rows);

  /** At most so many rows at once. */
  record Rows(int count) implements MicroBatch {
    public Rows {
      if (count < 1) {
        throw new UserError("optim.micro_batch must be at least 1, was " + count);
      }
    }

    @Override
    public <R extends TrainingRow> List<List<R>> split(List<R> rows) {
      List<List<R>> parts = new ArrayList<>();
      for (int i = 0; i < rows.size(); i += count) {
        parts.add(List.copyOf(rows.subList(i, Math.min(rows.size(), i + count))));
      }
      return parts;
    }
  }

  /** At most so many tokens at once; a row that is longer goes alone. */
  record Tokens(int count) implements MicroBatch {
    public Tokens {
      if (count < 1) {
        throw new UserError("optim.micro_tokens must be at least 1, was " + count);
      }
    }

    @Override
    public <R extends TrainingRow> List<List<R>> split(List<R> rows) {
      List<List<R>> parts = new ArrayList<>();
      List<R> part = new ArrayList<>();
      int tokens = 0;
      for (R row : rows) {
        if (!part.isEmpty() && tokens + row.tokens() > count) {
          parts.add(part);
          part = new ArrayList<>();
          tokens = 0;
        }
        part.add(row);
        tokens += row.tokens();
      }
      if (!part.isEmpty()) {
        parts.add(part);
      }
      return parts;
    }
  }
}
