package dev.luthier.recipe;

import dev.luthier.data.Form;
import dev.luthier.data.Samples;
import dev.luthier.data.TooLong;
import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.error.Check;
import java.util.List;
import java.util.Optional;

/** Regression: the model learns a number for a text, or two texts. */
@Doc("Regression: the model learns a number for a text, or two texts")
public record Regress(
    @Doc(
            value = "Longest row in tokens; unset: the longest that the model takes, at most 1024",
            elsewhere = {"max_seq_length", "max_seq_len", "sequence_len", "cutoff_len"})
        Optional<Integer> maxLength,
    @Doc(
            "What happens where a row is longer: the run does not start, the row is left out, or"
                + " its end is cut off")
        @Default("truncate")
        TooLong tooLong)
    implements Method {
  public Regress {
    maxLength.ifPresent(n -> Check.atLeast("regress.max_length", 2, n));
  }

  @Override
  public boolean writes() {
    return false;
  }

  @Override
  public List<Form> forms() {
    return List.of(Form.RATED);
  }

  @Override
  public Lesson<?, ?, ?> lesson(ModelFolder folder, Samples.Split samples, long seed) {
    return new RegressLesson(folder, seed);
  }
}
