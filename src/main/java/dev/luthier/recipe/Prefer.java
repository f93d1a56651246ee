package dev.luthier.recipe;

import dev.luthier.data.AllPairs;
import dev.luthier.data.AnswerLabels;
import dev.luthier.data.Compared;
import dev.luthier.data.Example;
import dev.luthier.data.Form;
import dev.luthier.data.Judgement;
import dev.luthier.data.Sample;
import dev.luthier.data.Samples;
import dev.luthier.data.Takes;
import dev.luthier.data.TooLong;
import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.doc.Inline;
import dev.luthier.error.Check;
import dev.luthier.error.UserError;
import dev.luthier.loss.Gpo;
import dev.luthier.loss.LabelledLoss;
import dev.luthier.loss.Mixture;
import dev.luthier.loss.PairLoss;
import dev.luthier.loss.PreferenceLoss;
import dev.luthier.peft.Peft;
import java.util.List;
import java.util.Optional;

/** Learning from judged answers with a decoder that writes: DPO and its kin, by the loss's name. */
@Doc("Learning from judged answers")
public record Prefer(
    @Inline PreferenceLoss loss,
    @Doc(
            "The policy that the trained one is compared with, by methods that have a reference"
                + " (docs/preferences.md)")
        @Default("cached")
        ReferencePolicy reference,
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
  public Prefer {
    maxLength.ifPresent(n -> Check.atLeast("max_length", 2, n));
  }

  @Override
  public List<Form> forms() {
    return Form.TO_PREFER;
  }

  /** Whether answers are learnt from one by one: where no pair loss is there, or no pairs are. */
  private boolean single(Samples samples) {
    return !(loss instanceof PairLoss)
        || loss instanceof LabelledLoss
            && !samples.list().isEmpty()
            && samples.list().stream().allMatch(Prefer::labelled);
  }

  private static boolean labelled(Sample sample) {
    return sample.example() instanceof Example.Answers answers
        && answers.judgement() instanceof Judgement.Labelled;
  }

  /** Whether a loss of pairs has keys for more than pairs. */
  private static boolean ofMore(PairLoss loss) {
    return loss instanceof Gpo gpo && !gpo.plain();
  }

  @Override
  public Samples converted(Samples read) {
    if (!single(read)) {
      return loss instanceof Gpo
          ? read.converted(new Compared())
          : placed((PairLoss) loss, read.converted(new AllPairs()));
    }
    long softer = read.list().stream().filter(Prefer::saysMore).count();
    Samples labels = read.converted(new AnswerLabels());
    return softer == 0
        ? labels
        : labels.noted(
            "%d pairs say how sure or how much better; as labels they say only which answer is good"
                .formatted(softer));
  }

  /** Whether a pair says more than which answer is better. */
  private static boolean saysMore(Sample sample) {
    return sample.example() instanceof Example.Answers answers
        && answers.judgement() instanceof Judgement.Preferred said
        && !said.equals(Judgement.Preferred.PLAIN);
  }

  /** Refuses rows that say what the loss has no place for. */
  private Samples placed(PairLoss pairs, Samples samples) {
    for (Sample sample : samples.list()) {
      if (sample.example() instanceof Example.Answers answers
          && answers.judgement() instanceof Judgement.Preferred said) {
        if (said.margin() != 0 && !pairs.takesMargins()) {
          throw new UserError(
              "method.%s has no place for margins, but %s says or grades by how much an answer is better; take a loss of a margin such as dpo, ipo, hinge, simpo or gpo, or leave margins out"
                  .formatted(Schema.name(this), sample.place()));
        }
        if (said.probability() != 1 && !pairs.takesProbabilities()) {
          throw new UserError(
              "method.%s has no place for soft labels, but %s has one; take dpo, or round the probabilities"
                  .formatted(Schema.name(this), sample.place()));
        }
      }
    }
    return samples;
  }

  @Override
  public void check(OptimSpec optim, Peft peft) {
    if (loss instanceof PairLoss pairs && pairs.wholeStep() && optim.rowsAtOnce() < optim.batch()) {
      throw new UserError(
          "method.%s compares all pairs of a step with each other, so they go through the model at once: optim.micro_batch must be optim.batch (%d), was %d"
              .formatted(Schema.name(this), optim.batch(), optim.rowsAtOnce()));
    }
    if (loss instanceof Mixture mixture && mixture.losses().stream().anyMatch(Prefer::ofMore)) {
      throw new UserError(
          "method.mixture.losses: gpo.ranking and gpo.offset must be left out: a mixture learns rankings and grades by their pairs, with the difference of grades as the margin");
    }
    reference.check(Schema.name(this), peft);
  }

  @Override
  public Lesson<?, ?, ?> lesson(ModelFolder folder, Samples.Split samples, long seed) {
    reference.check(Schema.name(this), folder);
    if (loss instanceof Gpo gpo) {
      ComparisonObjective.refuseIdle(gpo, samples.train());
    }
    if (single(samples.train())) {
      return new PreferenceLesson(
          folder, reference, new LabelObjective((LabelledLoss) loss), Takes.LABELS);
    }
    return loss instanceof Gpo gpo
        ? new PreferenceLesson(
            folder, reference, new ComparisonObjective(gpo), ComparisonObjective.takes(gpo))
        : new PreferenceLesson(folder, reference, new PairObjective((PairLoss) loss), Takes.PAIRS);
  }
}
