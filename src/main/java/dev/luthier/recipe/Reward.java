package dev.luthier.recipe;

import dev.luthier.data.Form;
import dev.luthier.data.Samples;
import dev.luthier.data.TooLong;
import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.error.Check;
import java.util.List;
import java.util.Optional;

/** A reward model: a number for an answer, learnt from answers that are judged. */
@Doc("A reward model: the model learns a number for an answer, from answers that are judged")
public record Reward(
    @Doc("What judgements say of rewards, and so which ones are learnt from (docs/preferences.md)")
        @Default("bradley_terry")
        RewardLoss loss,
    @Doc(
            value =
                "Longest prompt with an answer in tokens; unset: the longest that the model takes,"
                    + " at most 1024",
            elsewhere = {"max_seq_length", "max_seq_len", "sequence_len", "cutoff_len"})
        Optional<Integer> maxLength,
    @Doc(
            "What happens where a prompt with an answer is longer: the run does not start, the row is"
                + " left out, or the ends of its answers are cut off")
        @Default("raise")
        TooLong tooLong)
    implements Method {
  public Reward {
    maxLength.ifPresent(n -> Check.atLeast("reward.max_length", 2, n));
  }

  @Override
  public boolean writes() {
    return false;
  }

  @Override
  public List<Form> forms() {
    return Form.TO_PREFER;
  }

  @Override
  public Samples converted(Samples read) {
    return loss.converted(read);
  }

  @Override
  public Lesson<?, ?, ?> lesson(ModelFolder folder, Samples.Split samples, long seed) {
    return new RewardLesson(folder, loss.resolved(samples), RewardExam.chats(samples), seed);
  }
}
