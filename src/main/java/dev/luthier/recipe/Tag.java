package dev.luthier.recipe;

import dev.luthier.data.Form;
import dev.luthier.data.Samples;
import dev.luthier.data.TooLong;
import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.error.Check;
import java.util.List;
import java.util.Optional;

/** Token classification: the model learns a tag for each word, such as the names in a text. */
@Doc("Token classification: the model learns a tag for each word, such as the names in a text")
public record Tag(
    @Doc("Its tags by their names, in the order of their ids; unset: those of the training rows")
        @Default("[]")
        List<String> labels,
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
  public Tag {
    maxLength.ifPresent(n -> Check.atLeast("tag.max_length", 2, n));
  }

  @Override
  public boolean writes() {
    return false;
  }

  @Override
  public List<Form> forms() {
    return List.of(Form.TAGGED);
  }

  @Override
  public Lesson<?, ?, ?> lesson(ModelFolder folder, Samples.Split samples, long seed) {
    return TagLesson.of(folder, KnownLabels.of(labels, folder, samples.train()), seed);
  }
}
