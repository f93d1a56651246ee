package dev.luthier.recipe;

import dev.luthier.data.Form;
import dev.luthier.data.Samples;
import dev.luthier.data.TooLong;
import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.error.Check;
import java.util.List;
import java.util.Optional;

/**
 * Masked language modelling: an encoder learns the tokens that are hidden from it (Devlin et al.
 * 2019).
 */
@Doc(
    "Masked language modelling: an encoder learns the tokens that are hidden from it (arXiv 1810.04805)")
public record Mlm(
    @Doc(
            value = "Share of each row that is hidden, anew in every epoch",
            elsewhere = {"mlm_probability"})
        @Default("0.15")
        double share,
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
  public Mlm {
    maxLength.ifPresent(n -> Check.atLeast("mlm.max_length", 2, n));
    Check.above("mlm.share", 0, share);
    Check.below("mlm.share", 0, 1, share);
  }

  @Override
  public boolean writes() {
    return false;
  }

  @Override
  public List<Form> forms() {
    return List.of(Form.TEXT);
  }

  @Override
  public Lesson<?, ?, ?> lesson(ModelFolder folder, Samples.Split samples, long seed) {
    return MlmLesson.of(folder, share, seed);
  }
}
