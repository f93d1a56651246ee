package dev.luthier.recipe;

import dev.luthier.data.Form;
import dev.luthier.data.LossOn;
import dev.luthier.data.Samples;
import dev.luthier.data.TooLong;
import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.error.Check;
import java.util.List;
import java.util.Optional;

/** Supervised fine-tuning: the model learns to write what stands in the data. */
@Doc("Supervised fine-tuning: the model learns to write what stands in the data")
public record Sft(
    @Doc(
            value =
                "What it learns to write: every answer of the assistant, the last one, the"
                    + " completion, or all text (docs/data.md)",
            elsewhere = {"assistant_only_loss", "completion_only_loss"})
        @Default("assistant")
        LossOn lossOn,
    @Doc(
            value = "Longest row in tokens; unset: the longest that the model takes, at most 1024",
            elsewhere = {"max_seq_length", "max_seq_len", "sequence_len", "cutoff_len"})
        Optional<Integer> maxLength,
    @Doc(
            "What happens where a row is longer: the run does not start, the row is left out, or"
                + " its end is cut off")
        @Default("raise")
        TooLong tooLong,
    @Doc(
            "`best-fit` fills each sequence up to max_length with several rows that do not see each"
                + " other; a step then takes `optim.batch` of these")
        @Default("none")
        Packing packing)
    implements Method {
  /** How rows share a sequence. */
  public enum Packing {
    NONE,
    BEST_FIT
  }

  public Sft {
    maxLength.ifPresent(n -> Check.atLeast("sft.max_length", 2, n));
  }

  @Override
  public List<Form> forms() {
    return Form.TO_WRITE;
  }

  @Override
  public Lesson<?, ?, ?> lesson(ModelFolder folder, Samples.Split samples, long seed) {
    return SftLesson.of(this, folder);
  }
}
