package dev.luthier.recipe;

import dev.luthier.data.Form;
import dev.luthier.data.Samples;
import dev.luthier.data.TooLong;
import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.error.Check;
import java.util.List;
import java.util.Optional;

/** An encoder with a decoder learns to write a text for each text that it reads. */
@Doc("An encoder with a decoder learns to write a text for each text that it reads")
public record Seq2seq(
    @Doc(
            value = "Stands before every text to read, as `summarize: `; unset: nothing",
            elsewhere = {"source_prefix"})
        Optional<String> prefix,
    @Doc(
            value = "Longest text to write, in tokens",
            elsewhere = {"max_target_length"})
        @Default("128")
        int maxTarget,
    @Doc(
            value =
                "Longest text to read, in tokens; unset: the longest that the model takes, at most 1024",
            elsewhere = {"max_seq_length", "max_seq_len", "sequence_len", "cutoff_len"})
        Optional<Integer> maxLength,
    @Doc(
            "What happens where a text is longer: the run does not start, the row is left out, or"
                + " its end is cut off")
        @Default("truncate")
        TooLong tooLong)
    implements Method {
  public Seq2seq {
    maxLength.ifPresent(n -> Check.atLeast("seq2seq.max_length", 2, n));
    Check.atLeast("seq2seq.max_target", 1, maxTarget);
  }

  @Override
  public List<Form> forms() {
    return Form.TO_REWRITE;
  }

  @Override
  public Lesson<?, ?, ?> lesson(ModelFolder folder, Samples.Split samples, long seed) {
    return Seq2seqLesson.of(this, folder, samples);
  }
}
