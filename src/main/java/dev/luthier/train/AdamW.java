package dev.luthier.train;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.doc.Shorthand;
import dev.luthier.error.Check;
import dev.luthier.error.UserError;
import dev.luthier.tensor.Parameter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
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

  /**
   * Sorts parameters into groups: for each rate, one that decays and one (norms and biases, which
   * have fewer than two dimensions) that does not; and one for each entry of {@code groups}.
   *
   * @param lr the run's peak rate
   * @param factor how a parameter's rate differs from it, where no entry names a rate
   * @throws UserError if an entry matches no parameter
   */
  public List<Optim.Group> sort(
      List<Parameter> parameters, double lr, ToDoubleFunction<Parameter> factor) {
    List<Parameter> left = new ArrayList<>(parameters);
    List<Optim.Group> out = new ArrayList<>();
    for (Group group : groups) {
      Pattern pattern = Pattern.compile(group.match());
      List<Parameter> own = left.stream().filter(p -> pattern.matcher(p.name()).find()).toList();
      if (own.isEmpty()) {
        throw new UserError(
            "adamw.groups.match \"%s\" matches no trainable parameter, the first is %s"
                .formatted(group.match(), parameters.get(0).name()));
      }
      left.removeAll(own);
      double decay = group.weightDecay().orElse(weightDecay);
      out.add(new Optim.Group(own, group.lr().orElse(lr), decay));
    }
    for (double by : left.stream().mapToDouble(factor).distinct().toArray()) {
      List<Parameter> same = left.stream().filter(p -> factor.applyAsDouble(p) == by).toList();
      List<Parameter> decaying = same.stream().filter(AdamW::decays).toList();
      List<Parameter> rest = same.stream().filter(p -> !decays(p)).toList();
      out.add(new Optim.Group(decaying, lr * by, weightDecay));
      out.add(new Optim.Group(rest, lr * by, 0));
    }
    return out;
  }

  private static boolean decays(Parameter p) {
    return p.value().dim() >= 2;
  }
}
