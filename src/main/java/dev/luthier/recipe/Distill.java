package dev.luthier.recipe;

import dev.luthier.data.Form;
import dev.luthier.data.Samples;
import dev.luthier.data.TooLong;
import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.doc.Inline;
import dev.luthier.error.UserError;
import dev.luthier.loss.Distillation;
import dev.luthier.loss.TokenDivergence;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** Supervised fine-tuning with a teacher: on the tokens of the data, the teacher's scores too. */
@Doc(
    "Distillation (arXiv 1503.02531, 2306.13649): supervised fine-tuning in which a teacher's"
        + " scores of the same tokens are learnt too")
public record Distill(
    @Doc(
            value = "The teacher's folder, with the same tokens; it is read and never trained",
            elsewhere = {"teacher_model_name_or_path", "teacher_model"})
        Path teacher,
    @Doc("What the distance from the teacher is") @Default("forward_kl") TokenDivergence divergence,
    @Doc("What scores of both are divided by first, > 0") @Default("1") double temperature,
    @Doc(
            value = "What the teacher counts, from 0 to 1; the rest is cross-entropy with the data",
            elsewhere = {"kd_ratio", "distill_alpha"})
        @Default("0.5")
        double share,
    @Inline Sft sft)
    implements Method {
  public Distill {
    try {
      new Distillation(divergence, temperature, share);
    } catch (UserError e) {
      throw new UserError("distill." + e.getMessage(), e);
    }
  }

  Distillation loss() {
    return new Distillation(divergence, temperature, share);
  }

  @Override
  public List<Form> forms() {
    return sft.forms();
  }

  @Override
  public Optional<Integer> maxLength() {
    return sft.maxLength();
  }

  @Override
  public TooLong tooLong() {
    return sft.tooLong();
  }

  @Override
  public Distill reading(UnaryOperator<Path> model) {
    return new Distill(model.apply(teacher), divergence, temperature, share, sft);
  }

  @Override
  public Lesson<?, ?, ?> lesson(ModelFolder folder, Samples.Split samples, long seed) {
    Teacher.check(teacher, folder);
    return new DistillLesson(this, SftLesson.of(sft, folder));
  }
}
