package dev.luthier.train;

import dev.luthier.doc.Doc;
import dev.luthier.error.UserError;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Parameter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.regex.Pattern;

/** What moves the weights by their gradients. The record is the method and its settings. */
@Doc("What moves the weights by their gradients")
public sealed interface Optimizer permits AdamW, AdamW8bit, Lion, Adafactor, Sgd {
  /** Decay of weights that no group names; never on norms and biases. */
  double weightDecay();

  /** Parameters with settings of their own; the first match counts. */
  List<GroupSpec> groups();

  /** The usual rate beside that of Adam, which the usual rates of the methods are for. */
  double rateBesideAdam();

  /** Whether it finds its rate itself; that of the run is then a factor, 1 where nothing is set. */
  default boolean findsItsRate() {
    return false;
  }

  /**
   * The rate of a step.
   *
   * @param lr peak rate times the schedule's factor
   * @param step counted from 1
   */
  default double rate(double lr, long step) {
    return lr;
  }

  /**
   * A state of zeros.
   *
   * @param groups in the order in which they lie in the flat buffer
   * @param folder where a state that is paged on a CPU has its file
   */
  Moments begin(List<Optim.Group> groups, Compute compute, Path folder);

  /** Bytes of the state of trainable weights of these shapes. */
  long stateBytes(List<long[]> shapes);

  /**
   * Sorts parameters into groups: for each rate, one that decays and one (norms and biases, which
   * have fewer than two dimensions) that does not; and one for each entry of {@link #groups}.
   *
   * @param lr the run's peak rate
   * @param factor how a parameter's rate differs from it, where no entry names a rate
   * @throws UserError if an entry matches no parameter
   */
  default List<Optim.Group> sort(
      List<Parameter> parameters, double lr, ToDoubleFunction<Parameter> factor) {
    List<Parameter> left = new ArrayList<>(parameters);
    List<Optim.Group> out = new ArrayList<>();
    for (GroupSpec group : groups()) {
      Pattern pattern = Pattern.compile(group.match());
      List<Parameter> own = left.stream().filter(p -> pattern.matcher(p.name()).find()).toList();
      if (own.isEmpty()) {
        throw new UserError(
            "groups.match \"%s\" matches no trainable parameter, the first is %s"
                .formatted(group.match(), parameters.get(0).name()));
      }
      left.removeAll(own);
      double decay = group.weightDecay().orElse(weightDecay());
      out.add(new Optim.Group(own, group.lr().orElse(lr), decay));
    }
    for (double by : left.stream().mapToDouble(factor).distinct().toArray()) {
      List<Parameter> same = left.stream().filter(p -> factor.applyAsDouble(p) == by).toList();
      List<Parameter> decaying = same.stream().filter(Optimizer::decays).toList();
      List<Parameter> rest = same.stream().filter(p -> !decays(p)).toList();
      out.add(new Optim.Group(decaying, lr * by, weightDecay()));
      out.add(new Optim.Group(rest, lr * by, 0));
    }
    return out;
  }

  private static boolean decays(Parameter p) {
    return p.value().dim() >= 2;
  }

  /** How many weights tensors of these shapes have together. */
  static long count(List<long[]> shapes) {
    return shapes.stream().mapToLong(Ops::count).sum();
  }
}
