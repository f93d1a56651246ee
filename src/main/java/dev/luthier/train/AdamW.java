package dev.luthier.train;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.doc.Shorthand;
import dev.luthier.error.Check;
import dev.luthier.error.UserError;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** Adam with decoupled weight decay, Loshchilov and Hutter 2019 (arXiv 1711.05101). */
@Doc("Adam with decoupled weight decay (arXiv 1711.05101)")
public record AdamW(
    @Doc("Decay of the weights per step, times the rate; never on norms and biases")
        @Default("0.01")
        double weightDecay,
    @Doc(
            value = "Decay of the running mean and of the running square of the gradient",
            elsewhere = {"adam_beta1", "adam_beta2"})
        @Default("[0.9, 0.999]")
        List<Double> betas,
    @Doc(
            value = "Added to the root of the running square",
            elsewhere = {"adam_epsilon", "epsilon"})
        @Default("1e-8")
        double eps,
    @Doc("Parameters with a rate or a decay of their own; the first match counts") @Default("[]")
        List<Group> groups) {

  /** Parameters that learn otherwise than the rest. */
  @Doc("Parameters that learn otherwise than the rest")
  @Shorthand
  public record Group(
      @Doc("Regular expression found anywhere in the parameter's name") String match,
      @Doc(
              value = "Their peak learning rate; unset: that of the run",
              elsewhere = {"learning_rate"})
          Optional<Double> lr,
      @Doc("Their weight decay; unset: that of the run") Optional<Double> weightDecay) {
    public Group {
      try {
        Pattern.compile(match);
      } catch (PatternSyntaxException e) {
        throw new UserError(
            "adamw.groups.match must be a regular expression, was \"%s\" (%s)"
                .formatted(match, e.getDescription()),
            e);
      }
      lr.ifPresent(v -> Check.atLeast("adamw.groups.lr", 0.0, v));
      weightDecay.ifPresent(v -> Check.atLeast("adamw.groups.weight_decay", 0.0, v));
    }
  }

  public AdamW {
    Check.atLeast("adamw.weight_decay", 0.0, weightDecay);
    Check.above("adamw.eps", 0, eps);
    if (betas.size() != 2) {
      throw new UserError("adamw.betas must be two numbers, was " + betas);
    }
    betas.forEach(b -> Check.below("adamw.betas", 0, 1, b));
  }
}
